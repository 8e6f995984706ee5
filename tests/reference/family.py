"""Writes family.json: the optimizers next to Adagrad, with PyTorch, Keras and Optax.

    python tests/reference/family.py

generate.py does this too. Each part is a list of cases, and each case has its options, the first
parameters, the gradients, and the parameters and states after each of 20 steps:

adadelta
    `torch.optim.Adadelta`.
momentum
    Adagrad of Optax, then a trace of what it would subtract.
decoupled_weight_decay
    The same with a share of the parameter before the step added to the trace. A momentum of 0 leaves
    the trace out.
accumulator_decay
    `torch.optim.Adagrad` whose accumulator is multiplied by a factor after every n-th step, but kept
    at its initial value at least. The accumulators are those after that.
sm3
    SM3 of Optax, which is the SM3-II of its paper, for tensors of one to three dimensions, with
    everything in row-major order. A step has an accumulator for each dimension.
ftrl
    `keras.optimizers.Ftrl`, from weights of zero but for the last case.
adagrad_norm
    AdaGrad-Norm of Ward, Wu and Bottou (2019), which has one accumulator for the whole vector. No
    framework has it, so this is the formula in float64, rounded to float32 at the end.

No sum that is kept nearly cancels and, but for FTRL, no parameter comes near zero. To see to it, some
of the gradients are turned around in the parts with momentum and in FTRL. There the linear also keeps
a fifth of l1 away from l1, so that a weight is the same zero in any order of rounding. With that,
each formula in NumPy agrees with each number here within 1e-6 of it in float32 and 2e-6 in float64,
FTRL's too: its weights need no absolute tolerance, or one of 1e-9, below all that are not zero.
"""

import sys

import numpy as np
import torch

from common import (
    COORDINATES,
    SMALLEST_REMAINDER,
    STEPS,
    assert_well_conditioned,
    initial_parameters,
    plain,
    record,
    run,
    shared_inputs,
    turn_around,
)
from with_jax import keras, keras_steps, optax, optax_steps
from with_torch import TORCH_VERSION, torch_steps

ADADELTA_DEFAULTS = {"lr": 1.0, "rho": 0.9, "eps": 1e-6, "weight_decay": 0.0, "maximize": False}
ADADELTA_CASES = {
    "default": {},
    "lr": {"lr": 0.1},
    "rho": {"rho": 0.5},
    "eps": {"eps": 1e-3},
    "weight_decay": {"weight_decay": 0.1},
    "weight_decay_maximize": {"weight_decay": 0.1, "maximize": True},
    "everything": {"lr": 0.5, "rho": 0.8, "eps": 1e-4, "weight_decay": 0.05, "maximize": True},
}

MOMENTUM_DEFAULTS = {
    "lr": 0.01,
    "momentum": 0.9,
    "nesterov": False,
    "epsilon": 1e-7,
    "initial_accumulator_value": 0.1,
}
MOMENTUM_CASES = {
    "heavy_ball": {},
    "nesterov": {"nesterov": True},
    "momentum": {"momentum": 0.5, "lr": 0.02},
    "zero_accumulator": {"initial_accumulator_value": 0.0},
}
DECOUPLED_CASES = {
    "default": {"weight_decay": 0.1},
    "no_momentum": {"weight_decay": 0.1, "momentum": 0.0, "lr": 0.1},
    "everything": {
        "weight_decay": 0.5,
        "momentum": 0.8,
        "lr": 0.02,
        "nesterov": True,
        "epsilon": 1e-3,
        "initial_accumulator_value": 0.0,
    },
}

DECAY_DEFAULTS = {"lr": 0.1, "initial_accumulator_value": 0.0, "eps": 1e-10}
DECAY_CASES = {
    "to_zero": {"every": 3, "factor": 0.5},
    "each_step": {"every": 1, "factor": 0.9, "initial_accumulator_value": 0.1},
    "floor": {"every": 5, "factor": 0.1, "initial_accumulator_value": 2.0},
}

SM3_SHAPES = ([24], [4, 6], [2, 3, 4])
SM3_MOMENTA = (0.0, 0.9)
SM3_OPTIONS = {"lr": 0.02, "epsilon": 1e-8}

FTRL_DEFAULTS = {
    "lr": 0.1,
    "learning_rate_power": -0.5,
    "initial_accumulator_value": 0.1,
    "l1": 0.0,
    "l2": 0.0,
    "l2_shrinkage": 0.0,
    "beta": 0.0,
}
FTRL_CASES = {
    "default": {},
    "l1": {"l1": 10.0},
    "l1_l2": {"l1": 10.0, "l2": 3.0},
    "beta": {"beta": 1.0},
    "l2_shrinkage": {"l2_shrinkage": 0.01},
    "learning_rate_power": {"learning_rate_power": -0.4},
    "everything": {
        "lr": 0.05,
        "learning_rate_power": -0.6,
        "initial_accumulator_value": 0.5,
        "l1": 8.0,
        "l2": 2.0,
        "l2_shrinkage": 0.1,
        "beta": 0.5,
    },
}
FTRL_WEIGHTS_CASE = {"l1": 6.0, "l2": 0.5}
FTRL_MARGIN = 0.2  # of l1, which no linear comes closer to

NORM_DEFAULTS = {"lr": 0.5, "eps": 1e-10, "initial_accumulator_value": 0.0}
NORM_CASES = {
    "default": {},
    "initial_accumulator_value": {"initial_accumulator_value": 0.1},
    "eps": {"eps": 1e-3},
}


# Adadelta, and Adagrad with a decaying accumulator, of PyTorch


def adadelta_case(name, changed):
    options = ADADELTA_DEFAULTS | changed
    inputs = shared_inputs()
    states = ("square_avg", "acc_delta")
    steps = torch_steps(
        *inputs, lambda parameters: torch.optim.Adadelta(parameters, foreach=False, **options), states
    )
    case = {"name": name} | options | record(*inputs, steps, ("square_avgs", "acc_deltas"))
    assert_well_conditioned(case, options["weight_decay"], options["maximize"])
    return case


class DecayedAdagrad(torch.optim.Adagrad):
    """Its accumulators are multiplied by a factor after every n-th step, down to the initial value."""

    def __init__(self, parameters, every, factor, **options):
        super().__init__(parameters, foreach=False, fused=False, **options)
        self.every = every
        self.factor = factor

    def step(self):
        super().step()
        for state in self.state.values():
            if state["step"] % self.every == 0:
                floor = self.defaults["initial_accumulator_value"]
                state["sum"] = torch.clamp(self.factor * state["sum"], min=floor)


def decay_case(name, changed):
    options = DECAY_DEFAULTS | changed
    inputs = shared_inputs()
    steps = torch_steps(*inputs, lambda parameters: DecayedAdagrad(parameters, **options))
    case = {"name": name} | options | record(*inputs, steps)
    assert_well_conditioned(case)
    return case


# Momentum, decoupled weight decay and SM3 of Optax


def trace_cancels(updates, decay):
    """Which updates leave little of the decayed trace beside what went into it."""
    trace = whole = 0.0
    found = []
    for update in updates:
        trace = decay * trace + update
        whole = decay * whole + np.abs(update)
        found.append(np.abs(trace) < SMALLEST_REMAINDER * whole)
    return np.stack(found)


def rescaled(gradients, accumulators, epsilon):
    """The gradients over the root of the accumulators, or 0 where these are 0."""
    safe = np.where(accumulators > 0, accumulators + epsilon, 1.0)
    return np.where(accumulators > 0, gradients / np.sqrt(safe), 0.0)


def momentum_case(name, options):
    initial, gradients = shared_inputs()

    def are_ill_conditioned(gradients):
        accumulators = options["initial_accumulator_value"] + np.cumsum(gradients**2, axis=0)
        return trace_cancels(rescaled(gradients, accumulators, options["epsilon"]), options["momentum"])

    gradients = turn_around(gradients, are_ill_conditioned)
    parts = [optax.scale_by_rss(options["initial_accumulator_value"], options["epsilon"])]
    states = {"sum_of_squares": "accumulators"}
    if options["momentum"]:
        parts.append(optax.trace(options["momentum"], options["nesterov"]))
        states["trace"] = "momenta"
    if "weight_decay" in options:
        parts.append(optax.add_decayed_weights(options["weight_decay"]))
    steps = optax_steps(initial, gradients, optax.chain(*parts, optax.scale(-options["lr"])), states)
    case = {"name": name} | options | record(initial, gradients, steps, states.values())
    assert_well_conditioned(case)
    return case


def sm3_accumulated(gradients):
    """What SM3 divides each gradient by the root of, at each step."""
    accumulated = np.zeros_like(gradients[0])
    steps = []
    for gradient in gradients:
        if gradient.ndim > 1:
            axes = range(gradient.ndim)
            slices = [accumulated.max(tuple(a for a in axes if a != axis), keepdims=True) for axis in axes]
            accumulated = np.broadcast_to(np.minimum.reduce(np.broadcast_arrays(*slices)), gradient.shape)
        accumulated = accumulated + gradient**2
        steps.append(accumulated)
    return np.stack(steps)


def sm3_case(shape, momentum):
    options = SM3_OPTIONS | {"momentum": momentum, "shape": shape}
    initial, gradients = shared_inputs()

    def are_ill_conditioned(gradients):
        accumulated = sm3_accumulated(gradients.reshape(STEPS, *shape)).reshape(gradients.shape)
        return trace_cancels(rescaled(gradients, accumulated, options["epsilon"]), momentum)

    gradients = turn_around(gradients, are_ill_conditioned)
    optimizer = optax.chain(
        optax.scale_by_sm3(b1=momentum, b2=1.0, eps=options["epsilon"]), optax.scale(-options["lr"])
    )
    steps = optax_steps(initial.reshape(shape), gradients.reshape(STEPS, *shape), optimizer, ("mu", "nu"))
    name = f"rank_{len(shape)}" + ("_momentum" if momentum else "")
    case = {"name": name} | options | record(initial, gradients, steps, ("accumulators", "momenta"))
    assert_well_conditioned(case)
    return case


# FTRL of Keras


def ftrl_ill_conditioned(initial, gradients, options):
    """Which gradients leave little of the linear beside what went into it, or bring it near l1."""
    power = -options["learning_rate_power"]
    weights = initial.astype(np.float64)
    accumulator = np.full_like(weights, options["initial_accumulator_value"])
    linear = whole = np.zeros_like(weights)
    found = []
    for gradient in gradients:
        accumulated = accumulator + gradient**2
        pull = (accumulated**power - accumulator**power) / options["lr"] * weights
        used = gradient + 2 * options["l2_shrinkage"] * weights
        linear = linear + used - pull
        whole = whole + np.abs(used) + np.abs(pull)
        accumulator = accumulated
        from_l1 = np.abs(np.abs(linear) - options["l1"])
        found.append((np.abs(linear) < SMALLEST_REMAINDER * whole) | (from_l1 < FTRL_MARGIN * options["l1"]))
        quadratic = accumulator**power / options["lr"] + 2 * options["l2"] + options["beta"] / options["lr"]
        weights = (np.clip(linear, -options["l1"], options["l1"]) - linear) / quadratic
    return np.stack(found)


def assert_some_zero(case):
    """Weights are zero just where the linear is within l1: some of them at times, and others never."""
    zero = np.array(case["parameters"]) == 0
    assert (zero == (np.abs(case["linears"]) <= case["l1"])).all(), case["name"]
    assert not case["l1"] or (zero.any(axis=0) & ~zero.all(axis=0)).any(), case["name"]
    assert not zero.any(axis=0).all(), case["name"]


def becomes_zero(case):
    zero = np.array(case["parameters"]) == 0
    return (zero[1:] & ~zero[:-1]).any()


def ftrl_case(name, changed, initial, gradients):
    options = FTRL_DEFAULTS | changed
    gradients = turn_around(gradients, lambda turned: ftrl_ill_conditioned(initial, turned, options))
    optimizer = keras.optimizers.Ftrl(
        learning_rate=options["lr"],
        learning_rate_power=options["learning_rate_power"],
        initial_accumulator_value=options["initial_accumulator_value"],
        l1_regularization_strength=options["l1"],
        l2_regularization_strength=options["l2"],
        l2_shrinkage_regularization_strength=options["l2_shrinkage"],
        beta=options["beta"],
    )
    steps = keras_steps(initial, gradients, optimizer, ("_accumulators", "_linears"))
    case = {"name": name} | options | record(initial, gradients, steps, ("accumulators", "linears"))
    assert_some_zero(case)
    return case


def moderate_gradients(random):
    """From 0.3 to 10, so that no coordinate is lost beside another."""
    shape = (STEPS, COORDINATES)
    gradients = np.logspace(-0.2, 1, COORDINATES) * random.uniform(0.5, 1.0, shape)
    return (gradients * random.choice([-1.0, 1.0], shape)).astype(np.float32)


def ftrl_cases():
    _, gradients = shared_inputs()
    zeros = np.zeros(COORDINATES, dtype=np.float32)
    cases = [ftrl_case(name, changed, zeros, gradients) for name, changed in FTRL_CASES.items()]
    assert any(becomes_zero(case) for case in cases)
    random = np.random.default_rng(7)
    inputs = initial_parameters(random), moderate_gradients(random)
    return [*cases, ftrl_case("from_weights", FTRL_WEIGHTS_CASE, *inputs)]


# AdaGrad-Norm in float64


def norm_steps(initial, gradients, options):
    parameters = initial.astype(np.float64)
    accumulator = options["initial_accumulator_value"]
    for gradient in gradients.astype(np.float64):
        accumulator += gradient @ gradient
        parameters = parameters - options["lr"] * gradient / (np.sqrt(accumulator) + options["eps"])
        yield plain(parameters), plain(accumulator)


def norm_case(name, changed):
    options = NORM_DEFAULTS | changed
    random = np.random.default_rng(8)
    inputs = initial_parameters(random), moderate_gradients(random)
    case = {"name": name} | options | record(*inputs, norm_steps(*inputs, options))
    assert_well_conditioned(case)
    return case


def family_file():
    return {
        "torch": TORCH_VERSION,
        "keras": keras.__version__,
        "optax": optax.__version__,
        "adadelta": [adadelta_case(*case) for case in ADADELTA_CASES.items()],
        "momentum": [
            momentum_case(name, MOMENTUM_DEFAULTS | changed) for name, changed in MOMENTUM_CASES.items()
        ],
        "decoupled_weight_decay": [
            momentum_case(name, MOMENTUM_DEFAULTS | changed) for name, changed in DECOUPLED_CASES.items()
        ],
        "accumulator_decay": [decay_case(*case) for case in DECAY_CASES.items()],
        "sm3": [sm3_case(shape, momentum) for momentum in SM3_MOMENTA for shape in SM3_SHAPES],
        "ftrl": ftrl_cases(),
        "adagrad_norm": [norm_case(*case) for case in NORM_CASES.items()],
    }


FILES = {"family.json": family_file}

if __name__ == "__main__":
    sys.exit(run(FILES))
