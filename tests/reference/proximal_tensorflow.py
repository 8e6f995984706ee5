"""Writes proximal_adagrad.json: the proximal Adagrad of TensorFlow.

    pip install -r tests/reference/requirements-tensorflow.txt
    python tests/reference/proximal_tensorflow.py

It is apart from generate.py, with requirements of its own, since nothing else needs TensorFlow. Each
case has its options, the first parameters, the gradients, and the parameters and accumulators after
each of 20 steps of the kernel ResourceApplyProximalAdagrad, in float32 on the CPU:

    accumulator += gradient²;  rate = lr / √accumulator;  moved = parameter - rate · gradient
    parameter = sign(moved) · max(|moved| - rate · l1, 0) / (1 + rate · l2)

In the cases whose names begin with "zeros" the first parameters are small, and some become zero, for
good or for a while. No |moved| comes near its threshold, so a parameter is the same zero in any order
of rounding, but it may be -0.0, with the sign of what moved. The formula in float32 agrees with these
numbers within 1e-6 of each.

With `--check` nothing is written: the values are computed again and compared with the file.
"""

import sys

import numpy as np
import tensorflow as tf

from common import SMALLEST_PARAMETER, plain, record, run, shared_inputs, turn_around

DEFAULTS = {"lr": 0.1, "l1": 0.0, "l2": 0.0, "initial_accumulator_value": 0.1}
CASES = {
    # How large the first parameters are, beside the shared ones, and the options that differ.
    "default": (1.0, {}),
    "l1": (1.0, {"l1": 0.05}),
    "l2": (1.0, {"l2": 0.2}),
    "l1_l2": (1.0, {"l1": 0.05, "l2": 0.2, "initial_accumulator_value": 0.5}),
    "zeros": (0.1, {"l1": 1.0}),
    "zeros_l2": (0.1, {"l1": 1.0, "l2": 0.5, "lr": 0.2}),
}
MARGIN = 0.15  # of what goes into |moved| - rate · l1, which must be left of it


def near_threshold(initial, gradients, options):
    """Which steps leave little of |moved| - rate · l1 beside what goes into it."""
    parameters = initial.astype(np.float64)
    accumulator = np.full_like(parameters, options["initial_accumulator_value"])
    found = []
    for gradient in gradients:
        accumulator = accumulator + gradient**2
        rate = options["lr"] / np.sqrt(accumulator)
        moved = parameters - rate * gradient
        left = np.abs(moved) - rate * options["l1"]
        whole = np.abs(parameters) + rate * (np.abs(gradient) + options["l1"])
        found.append(np.abs(left) < MARGIN * whole)
        parameters = np.sign(moved) * np.maximum(left, 0) / (1 + rate * options["l2"])
    return np.stack(found)


def proximal_steps(initial, gradients, options):
    """Yields the parameter and the accumulator after each step."""
    variable = tf.Variable(initial)
    accumulator = tf.Variable(tf.fill(variable.shape, options["initial_accumulator_value"]))
    for gradient in gradients:
        tf.raw_ops.ResourceApplyProximalAdagrad(
            var=variable.handle,
            accum=accumulator.handle,
            lr=options["lr"],
            l1=options["l1"],
            l2=options["l2"],
            grad=gradient,
        )
        yield plain(variable), plain(accumulator)


def assert_zeros(case):
    """Parameters are zero where that is asked for, at times and for good, and far from it elsewhere."""
    sizes = np.abs(case["parameters"])
    if case["name"].startswith("zeros"):
        left_again = (sizes[:-1] == 0) & (sizes[1:] > 0)
        assert left_again.any() and (sizes[5:] == 0).all(axis=0).any(), case["name"]
        assert (sizes > 0).all(axis=0).any(), case["name"]
    else:
        assert sizes.min() > SMALLEST_PARAMETER, case["name"]


def proximal_case(name, size, changed):
    options = DEFAULTS | changed
    initial, gradients = shared_inputs()
    initial *= np.float32(size)
    gradients = turn_around(gradients, lambda turned: near_threshold(initial, turned, options))
    steps = proximal_steps(initial, gradients, options)
    case = {"name": name} | options | record(initial, gradients, steps)
    assert_zeros(case)
    return case


def proximal_file():
    return {
        "tensorflow": tf.__version__,
        "cases": [proximal_case(name, *case) for name, case in CASES.items()],
    }


if __name__ == "__main__":
    sys.exit(run({"proximal_adagrad.json": proximal_file}))
