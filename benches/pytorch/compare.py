"""Steps of the optimizers, the article's training and row-sparse training in PyTorch and in this crate, side by side.

    pip install -r benches/pytorch/requirements.txt
    python benches/pytorch/compare.py            # from the root of the repository

Prints a table for each of four parts:

steps
    PyTorch's Adagrad (fused, foreach, single tensor) over one tensor.
family
    The crate's other optimizers beside burn's and PyTorch's that do most nearly as much.
training
    The article's training loop.
rows
    An embedding bag with sparse gradients: a whole training step, and the optimizer's part of it,
    which sums the rows that repeat. The same with dense gradients, in PyTorch up to a million rows.

`cargo bench` runs this crate's and burn's side (optimizer_step, training and sparse_rows, on ndarray
and flex) on the same number of threads. The two sides take turns, size by size and round by round,
because the speed of memory on a shared machine drifts; every time is the median over the rounds. A
ratio above 1 says how many times faster this crate is. `--threads N` sets the number of threads
(default: the processor's), `--rounds N` the number of rounds (default 3), `--only steps,rows` the
parts (default all).
"""

import argparse
import itertools
import os
import statistics
import time

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

import family
from side_by_side import REPEATS, SIZES, estimate, medians, row, run_bench, seconds_a_step

KINDS = {
    "fused": {"fused": True},
    "foreach": {"foreach": True},
    "single": {"foreach": False, "fused": False},
}
OURS = ("copy", "ndarray-adagrad", "flex-adagrad", "ndarray-burn", "flex-burn")
BACKENDS = ("ndarray", "flex")
PARTS = ("steps", "family", "training", "rows")
EPOCHS = 100

VOCABULARIES = [10_000, 100_000, 1_000_000, 4_000_000]
LARGEST_DENSE = 1_000_000  # a dense step takes time and memory in proportion to the table
DIM = 50
BAGS = 1_024
BAG_SIZE = 40
ZIPF_EXPONENT = 1.05
POOL = 8  # batches, taken in turn
DENSE_PASSES = 2


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


def id_batches(vocabulary):
    """The pool: ids of which number k has a probability in proportion to 1 / (k + 1)^1.05."""
    generator = torch.Generator().manual_seed(0)
    cumulative = torch.arange(1, vocabulary + 1, dtype=torch.float64).pow(-ZIPF_EXPONENT).cumsum(0)
    draws = torch.rand(POOL, BAGS * BAG_SIZE, dtype=torch.float64, generator=generator)
    ids = torch.searchsorted(cumulative, draws * cumulative[-1], right=True)
    return list(ids.clamp_(max=vocabulary - 1))


def unique_rows(vocabulary):
    return statistics.mean(len(ids.unique()) for ids in id_batches(vocabulary))


class BagTraining:
    """An embedding bag under Adagrad, with the pool of batches and a loss of a fixed random slope."""

    def __init__(self, vocabulary, sparse, **options):
        table = torch.rand(vocabulary, DIM).sub_(0.5).mul_(0.1)
        self.bag = nn.EmbeddingBag.from_pretrained(
            table, freeze=False, mode="sum", sparse=sparse, include_last_offset=True
        )
        self.optimizer = torch.optim.Adagrad(self.bag.parameters(), lr=0.01, **options)
        self.batches = itertools.cycle(id_batches(vocabulary))
        self.offsets = torch.arange(0, BAGS * BAG_SIZE + 1, BAG_SIZE)
        self.slope = torch.rand(BAGS, DIM) - 0.5

    def step(self):
        """Seconds of a whole training step, and of the optimizer's part of it."""
        start = time.perf_counter()
        self.optimizer.zero_grad()
        loss = (self.bag(next(self.batches), self.offsets) * self.slope).sum()
        loss.backward()
        before = time.perf_counter()
        self.optimizer.step()
        end = time.perf_counter()
        return end - start, end - before


def seconds_of_bags(vocabulary, passes, sparse, **options):
    """The medians over passes through the pool, after a warm-up: training step, optimizer's part."""
    training = BagTraining(vocabulary, sparse, **options)
    for _ in range(POOL):
        training.step()
    times = [training.step() for _ in range(passes * POOL)]
    return [statistics.median(part) for part in zip(*times)]


def step_round(size, threads):
    adagrad = torch.optim.Adagrad
    times = {kind: seconds_a_step(size, adagrad, options) for kind, options in KINDS.items()}
    run_bench("optimizer_step", f"^optimizer_step/[a-z-]+/{size}$", threads)
    return times | {name: estimate("optimizer_step", name, str(size)) for name in OURS}


def training_round(threads):
    times = {kind: seconds_of_training(options) for kind, options in KINDS.items()}
    run_bench("training", "epoch", threads)
    for name in BACKENDS:
        times[name] = EPOCHS * estimate(f"training_epoch_{name}")
    return times


def rows_round(vocabulary, threads):
    training, step = seconds_of_bags(vocabulary, REPEATS, sparse=True)
    times = {"torch step": step, "torch training": training}
    if vocabulary <= LARGEST_DENSE:
        # The fused step is PyTorch's fastest for dense gradients; it refuses sparse ones.
        dense, _ = seconds_of_bags(vocabulary, DENSE_PASSES, sparse=False, fused=True)
        times["torch dense training"] = dense
    run_bench("sparse_rows", f"^sparse_rows/(step|training)/[a-z]+/{vocabulary}$", threads)
    for part in ("step", "training"):
        for name in BACKENDS:
            times[f"{name} {part}"] = estimate(f"sparse_rows_{part}", name, str(vocabulary))
    return times


def print_steps(times_by_size):
    print("A step over one tensor, ns an element\n")
    row("elements", *(f"torch {kind}" for kind in KINDS), *OURS, "fused ÷ ndarray", "fused ÷ flex",
        "burn's ÷ ndarray", "burn's ÷ flex", "ndarray, of copy")
    row(*["---:"] * 14)
    for size, times in times_by_size.items():
        nanoseconds = [f"{seconds / size * 1e9:.3f}" for seconds in times.values()]
        ndarray, flex = times["ndarray-adagrad"], times["flex-adagrad"]
        ratios = [times["fused"] / ndarray, times["fused"] / flex]
        ratios += [times["ndarray-burn"] / ndarray, times["flex-burn"] / flex]
        share = f"{times['copy'] / ndarray:.0%}"
        row(f"{size:,}", *nanoseconds, *(f"{ratio:.2f}" for ratio in ratios), share)


def print_training(times):
    row("training, 100 epochs", "torch", "ndarray", "flex", "torch ÷ ndarray", "torch ÷ flex")
    row(":---", *["---:"] * 5)
    ours = [times["ndarray"], times["flex"]]
    for kind in KINDS:
        cells = [f"{seconds:.3f} s" for seconds in (times[kind], *ours)]
        row(f"torch {kind}", *cells, *(f"{times[kind] / seconds:.2f}" for seconds in ours))


def print_rows(times_by_vocabulary):
    columns = []
    for part in ("step", "training"):
        columns += [f"torch sparse {part}", *(f"{name} {part}" for name in BACKENDS)]
        columns += [f"torch ÷ {name}" for name in BACKENDS]
    row("vocabulary", "unique rows", *columns, "torch dense training")
    row(*["---:"] * 13)
    for vocabulary, times in times_by_vocabulary.items():
        cells = []
        for part in ("step", "training"):
            ours = [times[f"{name} {part}"] for name in BACKENDS]
            theirs = times[f"torch {part}"]
            cells += [f"{seconds * 1e3:.3f} ms" for seconds in (theirs, *ours)]
            cells += [f"{theirs / seconds:.2f}" for seconds in ours]
        dense = times.get("torch dense training")
        cells.append("–" if dense is None else f"{dense * 1e3:.1f} ms")
        row(f"{vocabulary:,}", f"{unique_rows(vocabulary):,.0f}", *cells)


def chosen_parts(text):
    parts = text.split(",")
    if not set(parts) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"not among {','.join(PARTS)}: {text}")
    return parts


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=chosen_parts, default=PARTS, metavar=",".join(PARTS))
    arguments = parser.parse_args()
    threads, rounds, only = arguments.threads, range(arguments.rounds), arguments.only
    torch.set_num_threads(threads)
    torch.sparse.check_sparse_tensor_invariants.disable()  # as by default, but without the warning

    tables = []
    if "steps" in only:
        steps = {size: medians([step_round(size, threads) for _ in rounds]) for size in SIZES}
        tables.append(lambda: print_steps(steps))
    if "family" in only:
        tables.append(family.measure(threads, rounds))
    if "training" in only:
        training = medians([training_round(threads) for _ in rounds])
        tables.append(lambda: print_training(training))
    if "rows" in only:
        rows = {size: medians([rows_round(size, threads) for _ in rounds]) for size in VOCABULARIES}
        tables.append(lambda: print_rows(rows))

    version = torch.__version__.split("+")[0]
    print(f"PyTorch {version}, {threads} threads, {len(rounds)} rounds")
    for print_table in tables:
        print()
        print_table()


if __name__ == "__main__":
    main()
