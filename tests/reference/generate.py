"""Writes the values that the Rust tests compare with, from PyTorch, Keras and Optax.

    pip install -r tests/reference/requirements.txt && python tests/reference/generate.py

The files land next to this script:

adagrad.json
    Parameters and accumulators of `torch.optim.Adagrad` after each of 20 steps, for several sets of
    options; what it does with a zero gradient when eps is 0 (null stands for NaN); and how its
    accumulator stalls in half precision.
presets.json
    The same start and gradients through the Adagrad of Keras and of Optax with their own defaults
    (but for the learning rate), and again with an accumulator that starts at 0: only there does it
    show in float32 that both add their epsilon under the root.
sparse_nn.json
    A small network trained on sparse rows with Adagrad, SGD, Adam and RMSprop of PyTorch: the data,
    the batches, the first weights, the loss of each batch before its step, and the last weights.
rows.json
    PyTorch's Adagrad with sparse gradients, which steps only the rows that a batch uses: embedding
    bags with the output before and the values after each of 12 steps; the sparse Rosenbrock of
    PyTorch's optimizer tests; a small network whose first layer is an embedding bag; and what
    PyTorch says of weight decay here.
family.json
    Adadelta of PyTorch, SM3 and Adagrad with momentum or decoupled weight decay of Optax, FTRL of
    Keras, and other relatives: family.py has the list, and can be run alone.
defaults.json
    The defaults of all three, and where their epsilon stands: defaults.py says how it is found out, and
    can be run alone.
interchange.json, interchange_begin.safetensors, interchange_middle.safetensors and
interchange_end.safetensors
    A small network and its Adagrad as PyTorch keeps them in files, to go on from: interchange.py
    says what is in them, and can be run alone.
sparse_adam.json
    PyTorch's `SparseAdam` over 20 steps of an embedding: sparse_adam.py, which can be run alone.

proximal_adagrad.json comes from proximal_tensorflow.py, which is run apart: it needs TensorFlow.

Everything is float32 on the CPU, in one thread, from fixed seeds. Each float is the shortest decimal
that gives the same float32 back.

With `--check` nothing is written: the values are computed again and compared with the files, and the
exit status is 1 if a number is off by more than 1e-6 of itself or anything else differs. The networks
and the Rosenbrock path are allowed 1e-5 on top, since another processor may sum or round its products
in another order.
"""

import inspect
import sys

import numpy as np
import torch
from torch import nn

import defaults
import family
import interchange
import sparse_adam
from common import (
    SMALLEST_PARAMETER,
    SMALLEST_REMAINDER,
    assert_well_conditioned,
    plain,
    record,
    run,
    shared_inputs,
    sparse_data,
)
from with_jax import keras, keras_steps, optax, optax_steps
from with_torch import TORCH_VERSION, torch_steps, train

ADAGRAD_DEFAULTS = {
    "lr": 0.01,
    "lr_decay": 0.0,
    "weight_decay": 0.0,
    "initial_accumulator_value": 0.0,
    "eps": 1e-10,
    "maximize": False,
}
ADAGRAD_CASES = {
    # The first six are those of PyTorch's own optimizer tests.
    "default": {},
    "weight_decay": {"weight_decay": 0.1},
    "weight_decay_maximize": {"weight_decay": 0.1, "maximize": True},
    "lr": {"lr": 0.1},
    "initial_accumulator_value": {"initial_accumulator_value": 0.1, "weight_decay": 0.1},
    "lr_decay": {"lr": 0.1, "lr_decay": 0.5, "weight_decay": 0.1},
    "maximize": {"maximize": True},
    "eps": {"eps": 1e-3},
    "eps_lr_decay": {"eps": 1e-8, "lr_decay": 0.01},
    "everything": {
        "lr": 0.05,
        "lr_decay": 0.02,
        "weight_decay": 0.05,
        "initial_accumulator_value": 0.2,
        "eps": 1e-6,
        "maximize": True,
    },
}

PRESET_LR = 0.01

INPUT_SIZE = 100
HIDDEN_SIZE = 50
ROWS = 3200
BATCH_SIZE = 32
EPOCHS = 1  # each row is seen once, so the losses stay well above rounding
DENSITY = 0.05
NETWORK_LR = 0.01
NETWORK_OPTIMIZERS = {
    "Adagrad": lambda parameters: torch.optim.Adagrad(parameters, lr=NETWORK_LR),
    "SGD": lambda parameters: torch.optim.SGD(parameters, lr=NETWORK_LR, momentum=0.9),
    "Adam": lambda parameters: torch.optim.Adam(parameters, lr=NETWORK_LR),
    "RMSprop": lambda parameters: torch.optim.RMSprop(parameters, lr=NETWORK_LR, alpha=0.99),
}

VOCABULARY = 30
DIM = 5
BAGS = 6
LONGEST_BAG = 6
BAG_STEPS = 12
BAG_DEFAULTS = {"lr": 0.1, "lr_decay": 0.0, "eps": 1e-10, "initial_accumulator_value": 0.0}
BAG_CASES = {
    # Mode, whether the ids have weights, and the options that differ.
    "default": ("sum", False, {}),
    "weights": ("sum", True, {}),
    "mean": ("mean", False, {}),
    "lr_decay": ("sum", False, {"lr_decay": 0.1}),
    "initial_accumulator_value": ("sum", False, {"initial_accumulator_value": 0.1, "eps": 1e-6}),
}

ROSENBROCK_LR = 0.1
ROSENBROCK_STEPS = 1800
ROSENBROCK_EVERY = 100

ROW_INPUT_SIZE = 60
ROW_HIDDEN_SIZE = 7
ROW_COUNT = 40
ROW_BATCH_SIZE = 8
ROW_EPOCHS = 5


# One vector under Adagrad


def adagrad_record(initial, gradients, options):
    def new_optimizer(parameters):
        return torch.optim.Adagrad(parameters, foreach=False, fused=False, **options)

    return record(initial, gradients, torch_steps(initial, gradients, new_optimizer))


def adagrad_case(name, changed):
    options = ADAGRAD_DEFAULTS | changed
    case = {"name": name, "options": options} | adagrad_record(*shared_inputs(), options)
    assert_well_conditioned(case, options["weight_decay"], options["maximize"])
    return case


def epsilon_zero_nan():
    """Coordinates: never zero, always zero, zero at the second step, zero at the first step."""
    options = ADAGRAD_DEFAULTS | {"eps": 0.0}
    initial = np.ones(4, dtype=np.float32)
    gradients = np.array([[1, 0, 1, 0], [1, 0, 0, 1], [1, 0, 1, 1]], dtype=np.float32)
    return {"options": options} | adagrad_record(initial, gradients, options)


def half_precision(dtype, steps):
    """Where the accumulator stands after so many gradients of 1, and whether a first gradient of 0
    makes the parameter NaN at the default eps."""
    accumulating = nn.Parameter(torch.ones(1, dtype=dtype))
    untouched = nn.Parameter(torch.ones(1, dtype=dtype))
    optimizer = torch.optim.Adagrad([accumulating, untouched], foreach=False, fused=False)
    accumulating.grad = torch.ones(1, dtype=dtype)
    untouched.grad = torch.zeros(1, dtype=dtype)
    for _ in range(steps):
        optimizer.step()
        untouched.grad = None
    return {
        "dtype": str(dtype).removeprefix("torch."),
        "unit_gradient_steps": steps,
        "accumulator": optimizer.state[accumulating]["sum"].item(),
        "zero_gradient_nan": bool(untouched.isnan().item()),
    }


def adagrad_file():
    return {
        "torch": TORCH_VERSION,
        "cases": [adagrad_case(name, changed) for name, changed in ADAGRAD_CASES.items()],
        "epsilon_zero_nan": epsilon_zero_nan(),
        "half_precision": [half_precision(torch.float16, 3000), half_precision(torch.bfloat16, 300)],
    }


# The defaults of Keras and Optax


def keras_record(**options):
    """What the options leave out is the default of Keras."""
    optimizer = keras.optimizers.Adagrad(learning_rate=PRESET_LR, **options)
    inputs = shared_inputs()
    return {
        "version": keras.__version__,
        "learning_rate": PRESET_LR,
        "epsilon": optimizer.epsilon,
        "initial_accumulator_value": optimizer.initial_accumulator_value,
    } | record(*inputs, keras_steps(*inputs, optimizer))


def optax_record(**options):
    """What the options leave out is the default of Optax."""
    defaults = inspect.signature(optax.adagrad).parameters
    used = {name: options.get(name, defaults[name].default) for name in ("eps", "initial_accumulator_value")}
    inputs = shared_inputs()
    return {
        "version": optax.__version__,
        "learning_rate": PRESET_LR,
        "epsilon": used["eps"],
        "initial_accumulator_value": used["initial_accumulator_value"],
    } | record(*inputs, optax_steps(*inputs, optax.adagrad(PRESET_LR, **options)))


def presets_file():
    keras_zero = {"default_epsilon": keras_record(initial_accumulator_value=0.0)}
    optax_zero = {
        "default_epsilon": optax_record(initial_accumulator_value=0.0),
        "zero_epsilon": optax_record(initial_accumulator_value=0.0, eps=0.0),
    }
    return {
        "keras": keras_record() | {"zero_accumulator": keras_zero},
        "optax": optax_record() | {"zero_accumulator": optax_zero},
    }


# A network on sparse rows


def row_batches(random, rows, batch_size, epochs):
    """Row numbers, shuffled anew for each epoch."""
    return np.concatenate([random.permutation(rows).reshape(-1, batch_size) for _ in range(epochs)])


def new_network():
    """With PyTorch's own initial weights, the same ones each time; a sigmoid follows in the loss."""
    torch.manual_seed(20)
    network = nn.Sequential()
    network.add_module("fc1", nn.Linear(INPUT_SIZE, HIDDEN_SIZE))
    network.add_module("relu", nn.ReLU())
    network.add_module("fc2", nn.Linear(HIDDEN_SIZE, 1))
    return network


def weights(network):
    return {name.replace(".", "_"): plain(value) for name, value in network.state_dict().items()}


def train_dense(new_optimizer, features, labels, batches):
    network = new_network()
    optimizer = new_optimizer(network.parameters())
    losses = train(network, optimizer, lambda rows: [torch.from_numpy(features[rows])], labels, batches)
    return {"losses": losses, "final": weights(network)}


def sparse_row(row):
    columns = np.flatnonzero(row)
    return [[int(column), plain(row[column])] for column in columns]


def sparse_nn_file():
    random = np.random.default_rng(320)
    features, labels = sparse_data(random, ROWS, INPUT_SIZE, DENSITY)
    batches = row_batches(random, ROWS, BATCH_SIZE, EPOCHS)
    return {
        "torch": TORCH_VERSION,
        "input_size": INPUT_SIZE,
        "hidden_size": HIDDEN_SIZE,
        "lr": NETWORK_LR,
        "rows": [sparse_row(row) for row in features],
        "labels": [int(label) for label in labels],
        "batches": batches.tolist(),
        "initial": weights(new_network()),
        "optimizers": {
            name: train_dense(new, features, labels, batches) for name, new in NETWORK_OPTIMIZERS.items()
        },
    }


# Sparse gradients: embedding bags


def draw_bags(random):
    """Ids and offsets of each step; the first few ids of a random order make up most of the draws."""
    chances = random.permutation(1.0 / np.arange(1, VOCABULARY + 1) ** 1.5)
    chances /= chances.sum()
    steps = []
    for _ in range(BAG_STEPS):
        lengths = random.integers(0, LONGEST_BAG + 1, BAGS)
        indices = random.choice(VOCABULARY, lengths.sum(), p=chances)
        steps.append((indices, np.concatenate([[0], lengths.cumsum()])))
    return steps


def bag_of_each_id(offsets):
    return np.repeat(np.arange(BAGS), np.diff(offsets))


def assert_varied(bags):
    """Bags are empty, ids repeat within and between bags, and some rows are never touched."""
    assert any((np.diff(offsets) == 0).any() for _, offsets in bags)
    assert len(np.unique(np.concatenate([indices for indices, _ in bags]))) < VOCABULARY
    for indices, offsets in bags:
        pairs = np.unique(np.stack([indices, bag_of_each_id(offsets)]), axis=1)
        assert len(np.unique(indices)) < pairs.shape[1] < len(indices)


def draw_sample_weights(random, offsets):
    """Both signs, but one in each bag, so that no output is a small difference."""
    signs = random.choice([-1.0, 1.0], BAGS)[bag_of_each_id(offsets)]
    return (signs * random.uniform(0.5, 2.0, len(signs))).astype(np.float32)


def draw_slope(random, indices, offsets, sample_weights, mode):
    """From 1e-3 in the first column to 10 in the last; each column drawn until no row's gradient is a
    small difference, which would let the order of its sum show."""
    shares = np.zeros((VOCABULARY, BAGS))
    np.add.at(shares, (indices, bag_of_each_id(offsets)), 1.0 if sample_weights is None else sample_weights)
    if mode == "mean":
        shares /= np.maximum(np.diff(offsets), 1)
    columns = []
    while len(columns) < DIM:
        column = random.uniform(0.5, 2.0, BAGS) * random.choice([-1.0, 1.0], BAGS)
        whole = np.abs(shares) @ np.abs(column)
        if (np.abs(shares @ column) >= SMALLEST_REMAINDER * whole).all():
            columns.append(column)
    return (np.stack(columns, axis=1) * np.logspace(-3, 1, DIM)).astype(np.float32)


def bag_step(bag, optimizer, indices, offsets, sample_weights, slope):
    optimizer.zero_grad()
    inputs = [indices, offsets] if sample_weights is None else [indices, offsets, sample_weights]
    output = bag(*(torch.from_numpy(values) for values in inputs))
    (output * torch.from_numpy(slope)).sum().backward()
    optimizer.step()
    return {
        "indices": indices.tolist(),
        "offsets": offsets.tolist(),
        "weights": None if sample_weights is None else plain(sample_weights),
        "slope": plain(slope),
        "output": plain(output),
        "parameter": plain(bag.weight),
        "accumulator": plain(optimizer.state[bag.weight]["sum"]),
    }


def new_bag(table, mode):
    """An embedding bag with sparse gradients that starts from this table."""
    return nn.EmbeddingBag.from_pretrained(
        table, freeze=False, mode=mode, sparse=True, include_last_offset=True
    )


def bag_case(name, mode, weighted, changed):
    """The start and the ids are the same in every case."""
    random = np.random.default_rng(20)
    magnitudes = random.uniform(0.8, 3.0, (VOCABULARY, DIM))
    initial = (magnitudes * random.choice([-1.0, 1.0], DIM)).astype(np.float32)  # a sign for each column
    bags = draw_bags(random)
    assert_varied(bags)
    options = BAG_DEFAULTS | changed
    bag = new_bag(torch.tensor(initial), mode)
    optimizer = torch.optim.Adagrad(bag.parameters(), foreach=False, fused=False, **options)
    steps = []
    for indices, offsets in bags:
        sample_weights = draw_sample_weights(random, offsets) if weighted else None
        slope = draw_slope(random, indices, offsets, sample_weights, mode)
        steps.append(bag_step(bag, optimizer, indices, offsets, sample_weights, slope))
    assert min(np.abs(step["parameter"]).min() for step in steps) > SMALLEST_PARAMETER, name
    return {
        "name": name,
        "mode": mode,
        "options": options,
        "vocabulary": VOCABULARY,
        "dim": DIM,
        "initial": plain(initial),
        "steps": steps,
    }


def weight_decay_refusal():
    bag = new_bag(torch.ones(1, 1), "sum")
    optimizer = torch.optim.Adagrad(bag.parameters(), foreach=False, fused=False, weight_decay=0.1)
    bag(torch.tensor([0]), torch.tensor([0, 1])).sum().backward()
    try:
        optimizer.step()
    except RuntimeError as error:
        return str(error)
    raise AssertionError("PyTorch takes weight decay with sparse gradients now")


# Sparse gradients: Rosenbrock's function


def rosenbrock_gradient(parameter, step):
    """The gradient of (1 - x)^2 + 100 (y - x^2)^2 in one of its two coordinates.

    Steps count from 0. An even step moves only y (coordinate 1), whose derivative d comes as the two
    parts d - d/4 and d/4, in this order and both with the index 1. An odd step moves only x
    (coordinate 0), as d/4 and then d - d/4 with the index 0. So it is in PyTorch's test.
    """
    x, y = parameter.detach()
    if step % 2:
        derivative = -400 * x * (y - x**2) - 2 * (1 - x)
        coordinate, parts = 0, [derivative / 4, derivative - derivative / 4]
    else:
        derivative = 200 * (y - x**2)
        coordinate, parts = 1, [derivative - derivative / 4, derivative / 4]
    return torch.sparse_coo_tensor([[coordinate, coordinate]], torch.stack(parts), (2,))


def rosenbrock_path():
    parameter = nn.Parameter(torch.tensor([1.5, 1.5]))
    optimizer = torch.optim.Adagrad([parameter], lr=ROSENBROCK_LR, foreach=False, fused=False)
    parameters = []
    for step in range(ROSENBROCK_STEPS):
        parameter.grad = rosenbrock_gradient(parameter, step)
        optimizer.step()
        if (step + 1) % ROSENBROCK_EVERY == 0:
            parameters.append(plain(parameter))
    return {
        "lr": ROSENBROCK_LR,
        "steps": ROSENBROCK_STEPS,
        "every": ROSENBROCK_EVERY,
        "parameters": parameters,
    }


# Sparse gradients: a network


class RowNetwork(nn.Module):
    """A linear layer written as an embedding bag and a bias, ReLU, and a linear layer to one logit."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(20)
        linear = nn.Linear(ROW_INPUT_SIZE, ROW_HIDDEN_SIZE)
        self.fc1 = new_bag(linear.weight.detach().T.contiguous(), "sum")
        self.fc1_bias = linear.bias
        self.fc2 = nn.Linear(ROW_HIDDEN_SIZE, 1)

    def forward(self, indices, offsets, values):
        return self.fc2(torch.relu(self.fc1(indices, offsets, values) + self.fc1_bias))


def row_weights(network):
    """Both matrices have a line for each input."""
    return weights(network) | {"fc2_weight": plain(network.fc2.weight.T)}


def row_data(random):
    """Rows of 3 to 8 values, labelled by the side of a random plane they lie on."""
    features = np.zeros((ROW_COUNT, ROW_INPUT_SIZE))
    for row in features:
        columns = random.choice(ROW_INPUT_SIZE, random.integers(3, 9), replace=False)
        row[columns] = random.standard_normal(len(columns))
    labels = features @ random.standard_normal(ROW_INPUT_SIZE) > 0
    return features.astype(np.float32), labels.astype(np.float32)


def row_inputs(features):
    """The ids, offsets and values of the bags that rows of a dense matrix are."""
    bags, columns = np.nonzero(features)
    offsets = np.searchsorted(bags, np.arange(len(features) + 1))
    return [torch.from_numpy(array) for array in (columns, offsets, features[bags, columns])]


def row_network():
    random = np.random.default_rng(40)
    features, labels = row_data(random)
    batches = row_batches(random, ROW_COUNT, ROW_BATCH_SIZE, ROW_EPOCHS)
    network = RowNetwork()
    initial = row_weights(network)
    optimizer = torch.optim.Adagrad(network.parameters(), lr=NETWORK_LR, foreach=False, fused=False)
    losses = train(network, optimizer, lambda rows: row_inputs(features[rows]), labels, batches)
    return {
        "input_size": ROW_INPUT_SIZE,
        "hidden_size": ROW_HIDDEN_SIZE,
        "lr": NETWORK_LR,
        "rows": [sparse_row(row) for row in features],
        "labels": [int(label) for label in labels],
        "batches": batches.tolist(),
        "initial": initial,
        "losses": losses,
        "final": row_weights(network),
    }


def rows_file():
    return {
        "torch": TORCH_VERSION,
        "embedding_bag": [bag_case(name, *case) for name, case in BAG_CASES.items()],
        "weight_decay_refused": weight_decay_refusal(),
        "rosenbrock": rosenbrock_path(),
        "sparse_nn": row_network(),
    }


FILES = {
    "adagrad.json": adagrad_file,
    "presets.json": presets_file,
    "sparse_nn.json": sparse_nn_file,
    "rows.json": rows_file,
    **family.FILES,
    **defaults.FILES,
    **interchange.FILES,
    **sparse_adam.FILES,
}


if __name__ == "__main__":
    torch.sparse.check_sparse_tensor_invariants.enable()  # PyTorch warns unless this is chosen
    sys.exit(run(FILES))
