"""Adagrad and the article's training in PyTorch and in this crate, side by side, as one table.

    pip install -r benches/pytorch/requirements.txt
    python benches/pytorch/compare.py            # from the root of the repository

Runs PyTorch's Adagrad (fused, foreach, single tensor) and the article's training loop, then
`cargo bench` (optimizer_step and training, on ndarray and flex), all on the same number of threads,
and reads criterion's estimates. Every time is the median over repeats; a ratio above 1 says how many
times faster this crate is. `--threads N` sets the number of threads (default: the processor's),
`--skip-cargo` takes the estimates of the last `cargo bench`.
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


def run_benches(threads):
    environment = os.environ | {"RAYON_NUM_THREADS": str(threads)}
    for bench in ("optimizer_step", "training"):
        command = ["cargo", "bench", "--features", "flex", "--bench", bench]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


def estimate(*names):
    """Criterion's median of a benchmark, in seconds."""
    path = CRITERION.joinpath(*names, "new", "estimates.json")
    return json.loads(path.read_text())["median"]["point_estimate"] * 1e-9


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def print_steps(torch_times):
    ours = ("ndarray-adagrad", "flex-adagrad")
    names = ("copy", *ours, "ndarray-burn", "flex-burn")
    row("elements", "torch fused", "torch foreach", "torch single", *names,
        "ndarray ÷ fused", "flex ÷ fused", "ndarray ÷ burn", "flex ÷ burn", "ndarray of copy")
    row(*["---:"] * 14)
    for size in SIZES:
        times = {name: estimate("optimizer_step", name, str(size)) for name in names}
        theirs = torch_times[size]
        nanoseconds = [f"{t / size * 1e9:.3f}" for t in (*theirs.values(), *times.values())]
        ratios = [theirs["fused"] / times[name] for name in ours]
        ratios += [times["ndarray-burn"] / times["ndarray-adagrad"]]
        ratios += [times["flex-burn"] / times["flex-adagrad"]]
        share = times["copy"] / times["ndarray-adagrad"]
        row(f"{size:,}", *nanoseconds, *[f"{ratio:.2f}" for ratio in ratios], f"{share:.0%}")


def print_training(torch_seconds):
    print()
    row("training, 100 epochs", "torch", "ndarray", "flex", "ndarray ÷ torch", "flex ÷ torch")
    row(":---", *["---:"] * 5)
    ours = [EPOCHS * estimate(f"training_epoch_{name}") for name in ("ndarray", "flex")]
    for kind, seconds in torch_seconds.items():
        cells = [f"{time:.3f} s" for time in (seconds, *ours)]
        row(kind, *cells, *[f"{seconds / time:.2f}" for time in ours])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--skip-cargo", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)

    torch_times = {
        size: {kind: seconds_a_step(size, options) for kind, options in KINDS.items()}
        for size in SIZES
    }
    torch_seconds = {kind: seconds_of_training(options) for kind, options in KINDS.items()}
    if not arguments.skip_cargo:
        run_benches(arguments.threads)

    print(f"\nPyTorch {torch.__version__.split('+')[0]}, {arguments.threads} threads; times in ns an element\n")
    print_steps(torch_times)
    print_training(torch_seconds)


if __name__ == "__main__":
    main()
