"""Writes sparse_adam.json from PyTorch's `torch.optim.SparseAdam`; generate.py runs it too.

    pip install -r tests/reference/requirements.txt && python tests/reference/sparse_adam.py

An embedding with sparse gradients takes 20 steps. Each step looks up other rows, one of them twice, and some
rows are never looked up. After each step the file has the table and both averages.
"""

import sys

import numpy as np
import torch
from torch import nn

from common import SMALLEST_PARAMETER, SMALLEST_REMAINDER, STEPS, plain, run
from with_torch import TORCH_VERSION

ROWS = 12
TOUCHED_ROWS = 9  # the others are never looked up
DIM = 5
IDS = 4  # different rows of a step, the first of which comes twice
DEFAULTS = {"lr": 0.01, "betas": [0.9, 0.999], "eps": 1e-8, "maximize": False}
CASES = {
    "default": {},
    "betas": {"lr": 0.05, "betas": [0.5, 0.9]},
    "no_momentum": {"betas": [0.0, 0.99]},
    "eps": {"eps": 1e-2},
    "maximize": {"maximize": True},
}


def draw_steps(random, beta_1):
    """Ids and the gradient of each: from 1e-3 in the first column to 10 in the last.

    The signs change, but never so that the average of the gradients is a small difference.
    """
    average, whole = np.zeros((ROWS, DIM)), np.zeros((ROWS, DIM))
    for _ in range(STEPS):
        rows = random.choice(TOUCHED_ROWS, IDS, replace=False)
        sizes = random.uniform(0.5, 2.0, (IDS, DIM)) * np.logspace(-3, 1, DIM)
        signs = random.choice([-1.0, 1.0], (IDS, DIM))
        whole[rows] = beta_1 * whole[rows] + (1 - beta_1) * sizes
        past = beta_1 * average[rows]
        cancels = np.abs(past + (1 - beta_1) * signs * sizes) < SMALLEST_REMAINDER * whole[rows]
        signs = np.where(cancels, np.where(past < 0, -1.0, 1.0), signs)
        average[rows] = past + (1 - beta_1) * signs * sizes
        gradients = (signs * sizes).astype(np.float32)
        # Halves are exact, and so is their sum.
        gradients[0] /= 2
        ids = np.concatenate([rows, rows[:1]])
        order = random.permutation(len(ids))
        yield ids[order], np.concatenate([gradients, gradients[:1]])[order]


def case(name, changed):
    random = np.random.default_rng(21)
    magnitudes = random.uniform(0.8, 3.0, (ROWS, DIM))
    initial = (magnitudes * random.choice([-1.0, 1.0], (ROWS, DIM))).astype(np.float32)
    options = DEFAULTS | changed
    embedding = nn.Embedding.from_pretrained(torch.tensor(initial), freeze=False, sparse=True)
    optimizer = torch.optim.SparseAdam(embedding.parameters(), **options)
    steps = []
    for ids, gradients in draw_steps(random, options["betas"][0]):
        assert len(set(ids)) < len(ids)
        optimizer.zero_grad()
        output = embedding(torch.from_numpy(ids))
        (output * torch.from_numpy(gradients)).sum().backward()
        optimizer.step()
        state = optimizer.state[embedding.weight]
        steps.append(
            {
                "ids": ids.tolist(),
                "gradients": plain(gradients),
                "parameter": plain(embedding.weight),
                "exp_avg": plain(state["exp_avg"]),
                "exp_avg_sq": plain(state["exp_avg_sq"]),
            }
        )
    assert set(np.concatenate([step["ids"] for step in steps])) == set(range(TOUCHED_ROWS)), name
    assert min(np.abs(step["parameter"]).min() for step in steps) > SMALLEST_PARAMETER, name
    return {"name": name, "options": options, "initial": plain(initial), "steps": steps}


def sparse_adam_file():
    return {"torch": TORCH_VERSION, "cases": [case(*entry) for entry in CASES.items()]}


FILES = {"sparse_adam.json": sparse_adam_file}

if __name__ == "__main__":
    sys.exit(run(FILES))
