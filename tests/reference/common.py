"""What the scripts of this folder share: how numbers are written, read and compared, and the inputs.

It needs NumPy only, so that a script needs no other framework than its own.
"""

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent
TOLERANCE = 1e-6  # relative, for --check
LOOSE_TOLERANCE = 1e-5  # absolute, for --check
LOOSE_PARTS = (
    "sparse_nn.json",
    "rows.json.sparse_nn",
    "rows.json.rosenbrock",
    "interchange.json",
    "interchange_begin.safetensors",
    "interchange_middle.safetensors",
    "interchange_end.safetensors",
)

COORDINATES = 24
STEPS = 20
SMALLEST_PARAMETER = 0.1  # a relative comparison means little for a parameter near zero
SMALLEST_REMAINDER = 0.25  # what of |first| + |second| must be left in a sum, as gradient + decay
MOST_TURNS = 1000


# Numbers and files


def plain(values):
    """Nested lists of the values, each the shortest decimal of its float32 and None for NaN."""
    if hasattr(values, "detach"):  # PyTorch's
        values = values.detach().numpy()
    if isinstance(values, (list, tuple)):  # the entries may differ in length
        return [plain(value) for value in values]
    values = np.asarray(values, dtype=np.float32)
    if values.ndim:
        return [plain(value) for value in values]
    return None if np.isnan(values) else float(str(values))


def compact(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def lay_out(value, levels=2):
    """JSON with a line for each entry of the outer levels; a list of numbers stays on one line."""
    nested = isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(entry, (dict, list)) for entry in value)
    )
    if levels == 0 or not nested:
        return compact(value)
    if isinstance(value, dict):
        entries = [f"{compact(key)}:{lay_out(entry, levels - 1)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(entries) + "\n}"
    return "[\n" + ",\n".join(lay_out(entry, levels - 1) for entry in value) + "\n]"


def differences(committed, fresh, where, floor=0.0):
    """Says where two JSON values differ, numbers by more than the tolerance or the absolute floor."""
    if where in LOOSE_PARTS:
        floor = LOOSE_TOLERANCE
    if isinstance(fresh, dict) and isinstance(committed, dict) and fresh.keys() == committed.keys():
        for key in fresh:
            yield from differences(committed[key], fresh[key], f"{where}.{key}", floor)
    elif isinstance(fresh, list) and isinstance(committed, list) and len(fresh) == len(committed):
        for index, pair in enumerate(zip(committed, fresh)):
            yield from differences(*pair, f"{where}[{index}]", floor)
    elif isinstance(fresh, float) and isinstance(committed, float):
        if not math.isclose(committed, fresh, rel_tol=TOLERANCE, abs_tol=floor):
            yield f"{where}: {committed} in the file, {fresh} now"
    elif type(fresh) is not type(committed) or fresh != committed:
        yield f"{where}: {str(committed)[:40]} in the file, {str(fresh)[:40]} now"


def encode(value):
    """The bytes of a file: a JSON value laid out, or bytes as they are."""
    return value if isinstance(value, bytes) else (lay_out(value) + "\n").encode()


def decode_safetensors(content):
    """The header of a safetensors file and the numbers of its tensors, all float32."""
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:end])
    values = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, stop = entry["data_offsets"]
            values[name] = plain(np.frombuffer(content[end + start : end + stop], "<f4"))
    return {"header": header, "values": values}


def decode(name, content):
    return decode_safetensors(content) if name.endswith(".safetensors") else json.loads(content)


def check(files):
    """Exit status: 0 if every file holds what is computed now."""
    found = []
    for name, compute in files.items():
        committed = (FOLDER / name).read_bytes()
        found += differences(decode(name, committed), decode(name, encode(compute())), name)
    for difference in found[:20]:
        print(difference, file=sys.stderr)
    print(f"{len(found)} differences")
    return 1 if found else 0


def write(files):
    for name, compute in files.items():
        content = encode(compute())
        (FOLDER / name).write_bytes(content)
        print(f"{name}: {len(content)} bytes")
    return 0


def argument_parser():
    parser = argparse.ArgumentParser(description="Writes the reference values of the tests.")
    parser.add_argument("--check", action="store_true", help="compare with the files instead of writing them")
    return parser


def run(files):
    """Exit status of a script that makes these files: a function of each name gives what is in it."""
    return check(files) if argument_parser().parse_args().check else write(files)


# One vector under an optimizer


def initial_parameters(random):
    """Both signs, magnitudes from 0.8 to 3."""
    magnitudes = random.uniform(0.8, 3.0, COORDINATES)
    return (magnitudes * random.choice([-1.0, 1.0], COORDINATES)).astype(np.float32)


def gradient_steps(random):
    """Gradients from 1e-6 to 1e3, with coordinates that are zero always, at first or at times.

    The gap between 1e-2 and 1 keeps them from cancelling a weight decay term, which would let the
    rounding of the terms show in the sum.
    """
    small = np.logspace(-5.6, -2, COORDINATES // 2)
    large = np.logspace(0.3, 3, COORDINATES // 2)
    shape = (STEPS, COORDINATES)
    gradients = np.concatenate([small, large]) * random.uniform(0.5, 1.0, shape)
    gradients *= random.choice([-1.0, 1.0], shape)
    coordinate = np.arange(COORDINATES)
    gradients[:, coordinate % 8 == 3] = 0.0
    gradients[:5, coordinate % 8 == 5] = 0.0
    gradients[(random.uniform(size=shape) < 0.5) & (coordinate % 4 == 2)] = 0.0
    return gradients.astype(np.float32)


def shared_inputs():
    random = np.random.default_rng(20)
    return initial_parameters(random), gradient_steps(random)


def nearly_cancels(first, second):
    return np.abs(first + second) < SMALLEST_REMAINDER * (np.abs(first) + np.abs(second))


def assert_well_conditioned(case, weight_decay=0.0, maximize=False):
    """No parameter comes near zero, and no gradient cancels its weight decay term."""
    before = np.array([case["initial"], *case["parameters"][:-1]])
    gradients = np.array(case["gradients"]) * (-1.0 if maximize else 1.0)
    assert np.abs(case["parameters"]).min() > SMALLEST_PARAMETER, case["name"]
    assert not nearly_cancels(gradients, weight_decay * before).any(), case["name"]


def turn_around(gradients, are_ill_conditioned):
    """The gradients, some turned around until the function, which has a say on each, faults none.

    It is the first fault of each coordinate that is turned, since what comes after depends on it. It
    grows by a quarter, so that to turn it again is not to go back.
    """
    gradients = gradients.copy()
    for _ in range(MOST_TURNS):
        ill = are_ill_conditioned(gradients.astype(np.float64))
        if not ill.any():
            return gradients
        coordinates = np.flatnonzero(ill.any(axis=0))
        gradients[ill[:, coordinates].argmax(axis=0), coordinates] *= -1.25
    raise AssertionError(f"no way to turn the gradients of {coordinates}")


def record(initial, gradients, steps, states=("accumulators",)):
    """`steps` yields the parameters and the states after each step."""
    parameters, *kept = map(list, zip(*steps))
    return {
        "initial": plain(initial),
        "gradients": plain(gradients),
        "parameters": parameters,
    } | dict(zip(states, kept, strict=True))


# Sparse rows


def sparse_data(random, rows, input_size, density):
    """Rows that are mostly zero, labelled by the side of a random plane they lie on."""
    shape = (rows, input_size)
    features = random.standard_normal(shape) * (random.uniform(size=shape) < density)
    labels = features @ random.standard_normal(input_size) > 0
    return features.astype(np.float32), labels.astype(np.float32)
