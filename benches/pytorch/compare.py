"""Adagrad and the article's training in PyTorch and in this crate, side by side, as one table.

    pip install -r benches/pytorch/requirements.txt
    python benches/pytorch/compare.py            # from the root of the repository

Runs PyTorch's Adagrad (fused, foreach, single tensor) and the article's training loop, and with
`cargo bench` this crate's and burn's (optimizer_step and training, on ndarray and flex), all on the
same number of threads. The two sides take turns, size by size and round by round, because the speed
of memory on a shared machine drifts; every time is the median over the rounds. A ratio above 1 says
how many times faster this crate is. `--threads N` sets the number of threads (default: the
processor's), `--rounds N` the number of rounds (default 3).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

ROOT = Path(__file__).resolve().parents[2]
CRITERION = ROOT / "target" / "criterion"
SIZES = [6_400, 64_000, 1_024_000, 10_240_000]
KINDS = {
    "fused": {"fused": True},
    "foreach": {"foreach": True},
    "single": {"foreach": False, "fused": False},
}
OURS = ("copy", "ndarray-adagrad", "flex-adagrad", "ndarray-burn", "flex-burn")
REPEATS = 15
EPOCHS = 100


def seconds_a_step(size, options):
    """The median time of a step over one tensor, after a warm-up, as criterion times ours."""
    parameter = nn.Parameter(torch.rand(size) - 0.5)
    parameter.grad = torch.rand(size) - 0.5
    optimizer = torch.optim.Adagrad([parameter], lr=0.01, **options)
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


def sparse_data():
    features = torch.randn(1000, 100)
    features[torch.rand(1000, 100) < 0.95] = 0
    labels = (features @ torch.randn(100) > 0).float().view(-1, 1)
    return features[:800], labels[:800]


def seconds_of_training(options):
    """The article's loop: SparseNN, BCELoss, batches of 32, 100 epochs, every loss read."""
    torch.manual_seed(0)
    loader = DataLoader(TensorDataset(*sparse_data()), batch_size=32, shuffle=True)
    model = nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 1), nn.Sigmoid())
    optimizer = torch.optim.Adagrad(model.parameters(), lr=0.01, **options)
    criterion = nn.BCELoss()
    losses = []

    def epoch():
        for inputs, targets in loader:
            optimizer.zero_grad()
            loss = criterion(model(inputs), targets)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())

    epoch()
    start = time.perf_counter()
    for _ in range(EPOCHS):
        epoch()
    return time.perf_counter() - start


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


def step_round(size, threads):
    times = {kind: seconds_a_step(size, options) for kind, options in KINDS.items()}
    run_bench("optimizer_step", f"^optimizer_step/[a-z-]+/{size}$", threads)
    return times | {name: estimate("optimizer_step", name, str(size)) for name in OURS}


def training_round(threads):
    times = {kind: seconds_of_training(options) for kind, options in KINDS.items()}
    run_bench("training", "epoch", threads)
    for name in ("ndarray", "flex"):
        times[name] = EPOCHS * estimate(f"training_epoch_{name}")
    return times


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def print_steps(times_by_size):
    row("elements", *(f"torch {kind}" for kind in KINDS), *OURS, "ndarray ÷ fused", "flex ÷ fused",
        "ndarray ÷ burn's", "flex ÷ burn's", "ndarray, of copy")
    row(*["---:"] * 14)
    for size, times in times_by_size.items():
        nanoseconds = [f"{seconds / size * 1e9:.3f}" for seconds in times.values()]
        ndarray, flex = times["ndarray-adagrad"], times["flex-adagrad"]
        ratios = [times["fused"] / ndarray, times["fused"] / flex]
        ratios += [times["ndarray-burn"] / ndarray, times["flex-burn"] / flex]
        share = f"{times['copy'] / ndarray:.0%}"
        row(f"{size:,}", *nanoseconds, *(f"{ratio:.2f}" for ratio in ratios), share)


def print_training(times):
    row("training, 100 epochs", "torch", "ndarray", "flex", "ndarray ÷ torch", "flex ÷ torch")
    row(":---", *["---:"] * 5)
    ours = [times["ndarray"], times["flex"]]
    for kind in KINDS:
        cells = [f"{seconds:.3f} s" for seconds in (times[kind], *ours)]
        row(f"torch {kind}", *cells, *(f"{times[kind] / seconds:.2f}" for seconds in ours))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    threads, rounds = arguments.threads, range(arguments.rounds)
    torch.set_num_threads(threads)

    steps = {size: medians([step_round(size, threads) for _ in rounds]) for size in SIZES}
    training = medians([training_round(threads) for _ in rounds])

    version = torch.__version__.split("+")[0]
    print(f"PyTorch {version}, {threads} threads, {len(rounds)} rounds; ns an element\n")
    print_steps(steps)
    print()
    print_training(training)


if __name__ == "__main__":
    main()
