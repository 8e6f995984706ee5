"""SimpleNN in PyTorch: ten steps of Adagrad on random rows, as examples/simple_nn.rs takes them.

`bash book/pytorch/run.sh` runs it.
"""

import torch
from torch import nn
from torch.nn import functional as F


# ANCHOR: network
def simple_nn():
    return nn.Sequential(nn.Linear(10, 5), nn.ReLU(), nn.Linear(5, 2))
# ANCHOR_END: network


def main():
    # ANCHOR: init
    torch.manual_seed(0)
    net = simple_nn()
    adagrad = torch.optim.Adagrad(net.parameters(), lr=0.01)
    label = torch.tensor([1])
    # ANCHOR_END: init

    # ANCHOR: loop
    for step in range(1, 11):
        row = torch.randn(1, 10)
        adagrad.zero_grad()
        loss = F.cross_entropy(net(row), label)
        loss.backward()
        adagrad.step()
        print(f"step {step}, loss {loss.item():.4f}")
    # ANCHOR_END: loop


if __name__ == "__main__":
    main()
