"""Steps of one vector under the optimizers of Keras, which runs on JAX here, and of Optax."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ["JAX_PLATFORMS"] = "cpu"

import jax.numpy as jnp  # noqa: E402
import keras  # noqa: E402
import optax  # noqa: E402

from common import plain  # noqa: E402


def keras_steps(initial, gradients, optimizer, states=("_accumulators",)):
    """Yields the parameter and the named states after each step."""
    variable = keras.Variable(initial, dtype="float32")
    optimizer.build([variable])
    for gradient in gradients:
        optimizer.apply([jnp.asarray(gradient)], [variable])
        yield plain(variable.value), *(plain(getattr(optimizer, state)[0].value) for state in states)


def flat(value):
    """Each array as a list in row-major order."""
    return [flat(entry) for entry in value] if isinstance(value, list) else plain(jnp.ravel(value))


def optax_steps(initial, gradients, optimizer, states=("sum_of_squares",)):
    """Yields the parameter and the named states after each step."""
    parameters = jnp.asarray(initial)
    state = optimizer.init(parameters)
    for gradient in gradients:
        updates, state = optimizer.update(jnp.asarray(gradient), state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        yield flat(parameters), *(flat(optax.tree.get(state, name)) for name in states)
