"""What the parts of compare.py share: timing PyTorch's steps, running this crate's benches, tables."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]
CRITERION = ROOT / "target" / "criterion"
SIZES = [6_400, 64_000, 1_024_000, 10_240_000]
REPEATS = 15


def seconds_a_step(size, optimizer, options):
    """The median time of a step over one tensor, after a warm-up, as criterion times ours."""
    parameter = nn.Parameter(torch.rand(size) - 0.5)
    parameter.grad = torch.rand(size) - 0.5
    optimizer = optimizer([parameter], lr=0.01, **options)
    steps = max(3, min(500, 20_000_000 // size))
    for _ in range(steps):
        optimizer.step()
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(steps):
            optimizer.step()
        times.append((time.perf_counter() - start) / steps)
    return statistics.median(times)


def run_bench(bench, only, threads):
    """Runs the benchmarks of a `cargo bench` target whose names match."""
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    command = ["cargo", "bench", "--features", "flex", "--bench", bench, "--", only]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


def estimate(*names):
    """Criterion's median of a benchmark, in seconds."""
    path = CRITERION.joinpath(*names, "new", "estimates.json")
    return json.loads(path.read_text())["median"]["point_estimate"] * 1e-9


def medians(rounds):
    """The median of each name over rounds of {name: seconds}."""
    return {name: statistics.median(times[name] for times in rounds) for name in rounds[0]}


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")
