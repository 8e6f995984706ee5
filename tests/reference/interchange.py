"""Keeps a model of PyTorch with its Adagrad in a safetensors file, for Rust to go on from and back.

    python tests/reference/interchange.py
    python tests/reference/interchange.py --check
    python tests/reference/interchange.py go-on FILE --steps 10

`save` and `load` are all it takes; they need torch and safetensors, and can be copied. A file holds

    <name>                    each tensor of the model, by its name in the state_dict
    optimizer.<name>.sum      the accumulator of that parameter, in its shape
    optimizer.<name>.step     the steps it has taken, as PyTorch has it: a float32 without dimensions

and the metadata {"format": "pt"}.

Without an argument the script trains a small network on sparse rows, and writes its state before the
first step, after 10 steps and after 20 (interchange_begin, interchange_middle and
interchange_end.safetensors), and to interchange.json the options, the rows and labels of each batch
and the loss before each step. generate.py does this too. `go-on` loads a file, trains on from the
step that it stands at, and compares with interchange_end.safetensors: its exit status is 1 if the two
differ by more than 1e-5 anywhere.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from common import FOLDER, STEPS, argument_parser, check, plain, sparse_data, write
from with_torch import TORCH_VERSION, train

INPUT_SIZE = 12
HIDDEN_SIZE = 5
BATCH_SIZE = 4
DENSITY = 0.3
OPTIONS = {"lr": 0.05, "lr_decay": 0.01, "initial_accumulator_value": 0.1, "eps": 1e-8}
NEAREST_TO_KINK = 1e-3  # a ReLU must not open in one implementation only
GO_ON_TOLERANCE = 1e-5  # absolute


# What users can copy


def named_tensors(model, optimizer):
    """The tensors of a model and of its Adagrad by their names in a file. They are not copies.

    A parameter that the optimizer does not hold has only its value.
    """
    tensors = dict(model.state_dict())
    for name, parameter in model.named_parameters():
        for key, value in optimizer.state.get(parameter, {}).items():
            tensors[f"optimizer.{name}.{key}"] = value
    return tensors


def save(model, optimizer, path):
    """Writes a model and its Adagrad. No two parameters may share memory."""
    save_file(named_tensors(model, optimizer), path, metadata={"format": "pt"})


def load(model, optimizer, path):
    """Puts what is in a file into a model and its Adagrad, which must be of the same shapes.

    The options of the optimizer are not in the file: they stay as they are.
    """
    saved = load_file(path)
    tensors = named_tensors(model, optimizer)
    if saved.keys() != tensors.keys():
        raise ValueError(f"{path}: these are on one side only: {sorted(saved.keys() ^ tensors.keys())}")
    for name, tensor in tensors.items():
        if saved[name].shape != tensor.shape:
            raise ValueError(f"{path}: {name} is {list(saved[name].shape)}, not {list(tensor.shape)}")
    for name, tensor in tensors.items():
        tensor.copy_(saved[name])


# A small network


def new_network():
    torch.manual_seed(12)
    network = nn.Sequential()
    network.add_module("fc1", nn.Linear(INPUT_SIZE, HIDDEN_SIZE))
    network.add_module("relu", nn.ReLU())
    network.add_module("fc2", nn.Linear(HIDDEN_SIZE, 1))
    return network


def new_model():
    network = new_network()
    optimizer = torch.optim.Adagrad(network.parameters(), foreach=False, fused=False, **OPTIONS)
    return network, optimizer


def batched_data():
    """Inputs and labels of each step."""
    features, labels = sparse_data(np.random.default_rng(12), STEPS * BATCH_SIZE, INPUT_SIZE, DENSITY)
    return features.reshape(STEPS, BATCH_SIZE, INPUT_SIZE), labels.reshape(STEPS, BATCH_SIZE)


def go_on(network, optimizer, start, stop):
    """Takes these steps, and returns the loss before each."""
    features, labels = batched_data()
    steps = range(start, stop)
    return train(network, optimizer, lambda step: [torch.from_numpy(features[step])], labels, steps)


def assert_far_from_kinks(_module, _inputs, hidden):
    assert hidden.abs().min() > NEAREST_TO_KINK


# Files


def state_after(steps):
    """The bytes of the file after so many steps."""
    network, optimizer = new_model()
    go_on(network, optimizer, 0, steps)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.safetensors"
        save(network, optimizer, path)
        return path.read_bytes()


def interchange_file():
    features, labels = batched_data()
    network, optimizer = new_model()
    network.fc1.register_forward_hook(assert_far_from_kinks)
    return {
        "torch": TORCH_VERSION,
        "options": OPTIONS,
        "inputs": plain(features),
        "labels": labels.astype(int).tolist(),
        "losses": go_on(network, optimizer, 0, STEPS),
    }


FILES = {
    "interchange.json": interchange_file,
    "interchange_begin.safetensors": lambda: state_after(0),
    "interchange_middle.safetensors": lambda: state_after(STEPS // 2),
    "interchange_end.safetensors": lambda: state_after(STEPS),
}


def compare_after_going_on(path, steps):
    """Exit status: 0 if a file that goes on for so many steps comes to the end of the recorded run."""
    network, optimizer = new_model()
    load(network, optimizer, path)
    start = STEPS - steps
    found = {int(state["step"]) for state in optimizer.state.values()}
    if found != {start}:
        raise SystemExit(f"{path} is not at step {start}, from which {steps} more lead to step {STEPS}")
    go_on(network, optimizer, start, STEPS)
    end = load_file(FOLDER / "interchange_end.safetensors")
    reached = named_tensors(network, optimizer)
    largest = torch.stack([(end[name] - reached[name]).abs().max() for name in end]).max()
    print(f"largest difference after {steps} steps: {largest:.3g}")
    return 0 if largest <= GO_ON_TOLERANCE else 1


def main():
    parser = argument_parser()
    commands = parser.add_subparsers(dest="command")
    command = commands.add_parser("go-on", help="train on from a file and compare with the recorded end")
    command.add_argument("file", type=Path)
    command.add_argument("--steps", type=int, default=STEPS // 2, help="default: %(default)s")
    arguments = parser.parse_args()
    if arguments.command == "go-on":
        return compare_after_going_on(arguments.file, arguments.steps)
    return check(FILES) if arguments.check else write(FILES)


if __name__ == "__main__":
    sys.exit(main())
