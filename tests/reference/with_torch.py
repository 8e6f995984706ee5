"""Steps of PyTorch's optimizers, in one thread: of one vector, and of a network."""

import torch
from torch import nn

from common import plain

torch.set_num_threads(1)
TORCH_VERSION = torch.__version__.split("+")[0]  # without the build's name


def torch_steps(initial, gradients, new_optimizer, states=("sum",)):
    """Yields the parameter and the named states after each step."""
    parameter = nn.Parameter(torch.tensor(initial))
    optimizer = new_optimizer([parameter])
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        yield plain(parameter), *(plain(optimizer.state[parameter][state]) for state in states)


def batch_loss(logits, labels):
    """Binary cross-entropy from the logits, which BCELoss after a sigmoid agrees with."""
    loss = nn.BCEWithLogitsLoss()(logits, labels)
    assert abs(loss - nn.BCELoss()(logits.sigmoid(), labels)) <= 1e-6
    return loss


def train(network, optimizer, inputs, labels, batches):
    """The loss of each batch before its step; `inputs` makes the network's arguments of row numbers."""
    losses = []
    for rows in batches:
        optimizer.zero_grad()
        loss = batch_loss(network(*inputs(rows)).squeeze(1), torch.from_numpy(labels[rows]))
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return plain(losses)
