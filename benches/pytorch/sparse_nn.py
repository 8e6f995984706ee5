"""The accuracy of the article's network in PyTorch and in this crate, on files in LIBSVM format.

    pip install -r benches/pytorch/requirements.txt
    python benches/pytorch/sparse_nn.py --data FILE --test-data FILE     # from the root

Both train EmbeddingBag(features, 50) + bias, ReLU, Linear(50, 1) with Adagrad, in batches of 32, from
uniform weights of the same bounds; seeds give other weights and another order of the rows. The last
line says whether the means differ by less than the larger standard deviation.
"""

import argparse
import math
import statistics
import subprocess
from pathlib import Path

import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[2]


def read(path):
    """Rows of (indices from 1, values), and labels 0 and 1."""
    rows, labels = [], []
    for line in path.read_text().splitlines():
        label, *entries = line.split()
        pairs = [entry.split(":") for entry in entries]
        rows.append(([int(index) for index, _ in pairs], [float(value) for _, value in pairs]))
        labels.append(float(float(label) > 0))
    return rows, torch.tensor(labels)


class SparseNN(nn.Module):
    def __init__(self, features, hidden):
        super().__init__()
        bound = 1 / math.sqrt(features)
        self.table = nn.EmbeddingBag(features + 1, hidden, mode="sum", sparse=True)
        nn.init.uniform_(self.table.weight, -bound, bound)
        self.bias = nn.Parameter(torch.empty(hidden).uniform_(-bound, bound))
        self.output = nn.Linear(hidden, 1)

    def forward(self, rows):
        indices = torch.tensor([index for row in rows for index in row[0]], dtype=torch.long)
        values = torch.tensor([value for row in rows for value in row[1]])
        starts = [0]
        for row in rows[:-1]:
            starts.append(starts[-1] + len(row[0]))
        sums = self.table(indices, torch.tensor(starts), per_sample_weights=values)
        return self.output(torch.relu(sums + self.bias)).squeeze(1)


def accuracy(train, test, features, seed, options):
    torch.manual_seed(seed)
    model = SparseNN(features, options.hidden)
    optimizer = torch.optim.Adagrad(model.parameters(), lr=options.lr)
    loss_of = nn.BCEWithLogitsLoss()
    rows, labels = train
    for _ in range(options.epochs):
        for batch in torch.randperm(len(rows)).split(32):
            optimizer.zero_grad()
            loss_of(model([rows[i] for i in batch]), labels[batch]).backward()
            optimizer.step()
    with torch.no_grad():
        hits = (model(test[0]) > 0) == (test[1] > 0.5)
    return hits.double().mean().item()


def ours(features, options):
    command = ["cargo", "run", "--release", "--quiet", "--example", "sparse_nn", "--"]
    for name in ("data", "test_data", "epochs", "lr", "hidden", "seeds"):
        command += [f"--{name.replace('_', '-')}", str(getattr(options, name))]
    command += ["--features", str(features)]
    lines = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    mean, spread = lines.splitlines()[-1].removeprefix("Adagrad Accuracy: ").split(" ± ")
    return float(mean), float(spread)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--test-data", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--lr", type=float, default=0.01)
    parser.add_argument("--hidden", type=int, default=50)
    parser.add_argument("--seeds", type=int, default=10)
    options = parser.parse_args()
    options.data, options.test_data = options.data.resolve(), options.test_data.resolve()

    train, test = read(options.data), read(options.test_data)
    features = max(max(row[0], default=1) for row in train[0] + test[0])
    runs = [accuracy(train, test, features, seed, options) for seed in range(options.seeds)]
    torch_mean, torch_spread = statistics.mean(runs), statistics.stdev(runs)
    mean, spread = ours(features, options)
    print(f"{len(train[0])} rows to train on, {len(test[0])} to test on, {features} features")
    print(f"PyTorch {torch_mean:.4f} ± {torch_spread:.4f}, burn-adagrad {mean:.4f} ± {spread:.4f}")
    within = abs(torch_mean - mean) <= max(torch_spread, spread)
    print("within the spread" if within else "NOT within the spread")


if __name__ == "__main__":
    main()
