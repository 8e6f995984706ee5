"""Writes defaults.json: what PyTorch, Keras and Optax do if one says nothing, and where their epsilon stands.

    python tests/reference/defaults.py

generate.py does this too. Each framework has its version, and Adagrad, Adam, RMSprop and Adadelta:

call
    The name in the framework.
learning_rate, epsilon
    Defaults, read from the signature; null for a learning rate without one.
initial_accumulator_value, lr_decay, rho, beta_1, beta_2, momentum
    Defaults as well, of those that the optimizer has.
epsilon_placement
    Found out by a first step with an epsilon as large as the gradient, which is a step of one formula of
    `FORMULAS` and of no other.
first_step
    One step of Adagrad with its own defaults, but for the learning rate.
"""

import inspect
import sys

import numpy as np
import torch

from common import plain, run
from with_jax import keras, keras_steps, optax, optax_steps
from with_torch import TORCH_VERSION, torch_steps

EPSILON = 0.5
GRADIENT = np.array([2.0, 0.3, -0.1], dtype=np.float32)
TOLERANCE = 1e-4  # relative; the formulas are further apart than a hundredth

# The first step for a learning rate of 1, from the gradient g, epsilon e and the defaults d. The square
# root of a first moving average is that of a share of the squared gradient, unless its bias is corrected.
FORMULAS = {
    "adagrad": {
        "outside": lambda g, e, d: g / (abs(g) + e),
        "inside": lambda g, e, d: g / np.sqrt(g**2 + e),
    },
    "adam": {
        "outside": lambda g, e, d: g / (abs(g) + e),
        "outside, before the correction of bias": lambda g, e, d: g / (abs(g) + e / (1 - d["beta_2"]) ** 0.5),
        "inside": lambda g, e, d: g / np.sqrt(g**2 + e),
    },
    "rmsprop": {
        "outside": lambda g, e, d: g / (np.sqrt((1 - d["rho"]) * g**2) + e),
        "inside": lambda g, e, d: g / np.sqrt((1 - d["rho"]) * g**2 + e),
    },
    "adadelta": {
        "outside": lambda g, e, d: g * e / (np.sqrt((1 - d["rho"]) * g**2) + e),
        "inside": lambda g, e, d: g * np.sqrt(e / ((1 - d["rho"]) * g**2 + e)),
    },
}


class PyTorch:
    version = TORCH_VERSION
    module = torch.optim
    calls = {"adagrad": "Adagrad", "adam": "Adam", "rmsprop": "RMSprop", "adadelta": "Adadelta"}
    names = {"lr": "learning_rate", "eps": "epsilon", "alpha": "rho", "betas": ("beta_1", "beta_2")}

    @staticmethod
    def move(call, initial, gradient, **options):
        steps = torch_steps(initial, [gradient], lambda parameters: call(parameters, **options), states=())
        return next(steps)[0]


class Keras:
    version = keras.__version__
    module = keras.optimizers
    calls = PyTorch.calls
    names = {}

    @staticmethod
    def move(call, initial, gradient, **options):
        return next(keras_steps(initial, [gradient], call(**options), states=()))[0]


class Optax:
    version = optax.__version__
    module = optax
    calls = {name: name for name in FORMULAS}
    names = {"eps": "epsilon", "b1": "beta_1", "b2": "beta_2", "decay": "rho"}

    @staticmethod
    def move(call, initial, gradient, **options):
        return next(optax_steps(initial, [gradient], call(**options), states=()))[0]


FRAMEWORKS = {"pytorch": PyTorch, "keras": Keras, "optax": Optax}
REPORTED = {"learning_rate", "epsilon", "initial_accumulator_value", "lr_decay", "rho", "beta_1", "beta_2", "momentum"}


def number(default):
    """None for what has no default or is off."""
    return float(default) if isinstance(default, (int, float)) else None


def defaults(framework, call):
    """The reported options, by their names here, and each one's name in the framework."""
    values, theirs = {}, {}
    for name, parameter in inspect.signature(call).parameters.items():
        ours = framework.names.get(name, name)
        if isinstance(ours, tuple):
            values |= dict(zip(ours, map(number, parameter.default), strict=True))
        elif ours in REPORTED:
            values[ours] = number(parameter.default)
            theirs[ours] = name
    if "momentum" in values:
        values["momentum"] = values["momentum"] or 0.0
    return values, theirs


def probe(framework, name, call, values, theirs):
    """The formula that the first step is of."""
    options = {theirs["learning_rate"]: 1.0, theirs["epsilon"]: EPSILON}
    if "initial_accumulator_value" in theirs:
        options[theirs["initial_accumulator_value"]] = 0.0
    moved = -np.array(framework.move(call, np.zeros_like(GRADIENT), GRADIENT, **options))
    gradient = GRADIENT.astype(np.float64)
    fitting = [
        placement
        for placement, formula in FORMULAS[name].items()
        if np.allclose(moved, formula(gradient, EPSILON, values), rtol=TOLERANCE, atol=0.0)
    ]
    assert len(fitting) == 1, (name, moved, fitting)
    return fitting[0]


FIRST_STEP = {"learning_rate": 0.1, "initial": [1.0, 1.0, 1.0], "gradient": [2.0, 0.01, 0.0001]}


def first_step(framework, call, theirs):
    initial, gradient = (np.array(FIRST_STEP[name], dtype=np.float32) for name in ("initial", "gradient"))
    rate = {theirs["learning_rate"]: FIRST_STEP["learning_rate"]}
    return FIRST_STEP | {"parameter": plain(framework.move(call, initial, gradient, **rate))}


def optimizer(framework, name):
    call = getattr(framework.module, framework.calls[name])
    values, theirs = defaults(framework, call)
    entry = {"call": f"{framework.module.__name__}.{framework.calls[name]}"} | values
    entry["epsilon_placement"] = probe(framework, name, call, values, theirs)
    if name == "adagrad":
        entry["first_step"] = first_step(framework, call, theirs)
    return entry


def defaults_file():
    return {
        key: {"version": framework.version} | {name: optimizer(framework, name) for name in FORMULAS}
        for key, framework in FRAMEWORKS.items()
    }


FILES = {"defaults.json": defaults_file}

if __name__ == "__main__":
    sys.exit(run(FILES))
