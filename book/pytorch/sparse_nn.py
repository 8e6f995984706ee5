"""SparseNN in PyTorch: sparse rows, training, evaluation and the comparison of four optimizers.

`bash book/pytorch/run.sh` runs it. The random numbers are PyTorch's own, so the accuracies are not those of the
Rust program; `tests/reference/generate.py` compares the two from the same weights and batches.
"""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset, random_split


# ANCHOR: data
def sparse_rows(rows=1000, features=100, zeros=0.95, seed=0):
    source = torch.Generator().manual_seed(seed)
    kept = torch.rand(rows, features, generator=source) >= zeros
    x = torch.randn(rows, features, generator=source) * kept
    plane = torch.randn(features, generator=source)
    y = (x @ plane > 0).float()
    return TensorDataset(x, y)
# ANCHOR_END: data


# ANCHOR: network
class SparseNN(nn.Module):
    def __init__(self, features, hidden=50):
        super().__init__()
        self.hidden = nn.Linear(features, hidden)
        self.logit = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.logit(torch.relu(self.hidden(x))).squeeze(1)
# ANCHOR_END: network


# ANCHOR: train
def train(net, optimizer, batches, epochs):
    losses = []
    for _ in range(epochs):
        for x, y in batches:
            optimizer.zero_grad()
            loss = F.binary_cross_entropy_with_logits(net(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses
# ANCHOR_END: train


# ANCHOR: evaluate
@torch.no_grad()
def accuracy(net, batches):
    net.eval()
    right = sum(((net(x) > 0) == (y > 0.5)).sum().item() for x, y in batches)
    return right / len(batches.dataset)
# ANCHOR_END: evaluate


# ANCHOR: compare
OPTIMIZERS = {
    "Adagrad": lambda weights: torch.optim.Adagrad(weights, lr=0.01),
    "SGD, momentum 0.9": lambda weights: torch.optim.SGD(weights, lr=0.01, momentum=0.9),
    "Adam": lambda weights: torch.optim.Adam(weights, lr=0.01),
    "RMSprop": lambda weights: torch.optim.RMSprop(weights, lr=0.01),
}


def compare(epochs=100):
    train_rows, test_rows = random_split(
        sparse_rows(), [800, 200], generator=torch.Generator().manual_seed(0)
    )
    tests = DataLoader(test_rows, batch_size=200)
    for name, make in OPTIMIZERS.items():
        torch.manual_seed(0)  # The same weights and batches for all.
        net = SparseNN(features=100)
        batches = DataLoader(train_rows, batch_size=32, shuffle=True)
        train(net, make(net.parameters()), batches, epochs)
        print(f"{name}: {accuracy(net, tests):.4f}")
# ANCHOR_END: compare


if __name__ == "__main__":
    compare()
