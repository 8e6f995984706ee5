"""The crate's other optimizers beside burn's and PyTorch's that do most nearly as much."""

import torch

from side_by_side import SIZES, estimate, medians, row, run_bench, seconds_a_step

TORCH = {
    "Adagrad, fused": (torch.optim.Adagrad, {"fused": True}),
    "Adam, fused": (torch.optim.Adam, {"fused": True}),
    "RMSprop, foreach": (torch.optim.RMSprop, {"foreach": True}),
    "Adadelta, foreach": (torch.optim.Adadelta, {"foreach": True}),
}
# The nearest of burn, by the tensors of its state, and of PyTorch.
NEAREST = {
    "adagrad": ("burn-rmsprop", "Adagrad, fused"),
    "adagrad-decay": ("burn-rmsprop", "Adagrad, fused"),
    "adagrad-momentum": ("burn-adam", "Adam, fused"),
    "row-wise": ("burn-rmsprop", "Adagrad, fused"),
    "norm": ("burn-rmsprop", "Adagrad, fused"),
    "sm3": ("burn-rmsprop", "RMSprop, foreach"),
    "sm3-momentum": ("burn-adam", "Adam, fused"),
    "adadelta": ("burn-adam", "Adadelta, foreach"),
    "proximal": ("burn-rmsprop", "Adagrad, fused"),
    "ftrl": ("burn-adam", "Adam, fused"),
}
BURN = ("burn-rmsprop", "burn-adam")
BACKENDS = ("ndarray", "flex")


def family_round(size, threads):
    times = {name: seconds_a_step(size, *torch_side) for name, torch_side in TORCH.items()}
    run_bench("optimizer_step", f"^optimizer_step/family/[a-z0-9-]+/{size}$", threads)
    for backend in BACKENDS:
        for name in (*BURN, *NEAREST):
            name = f"{backend}-{name}"
            times[name] = estimate("optimizer_step_family", name, str(size))
    return times


def cell(times, size, backend, name):
    """Nanoseconds an element, and how many times longer the nearest of burn and of PyTorch take."""
    burn, theirs = NEAREST[name]
    ours = times[f"{backend}-{name}"]
    ratios = [times[f"{backend}-{burn}"] / ours, times[theirs] / ours]
    return f"{ours / size * 1e9:.3f} · " + " · ".join(f"{ratio:.1f}" for ratio in ratios)


def print_family(times_by_size):
    for backend in BACKENDS:
        print(f"{backend}: ns an element · burn's nearest ÷ ours · PyTorch's nearest ÷ ours\n")
        row("optimizer", "nearest", *(f"{size:,}" for size in times_by_size))
        row("---", "---", *["---:"] * len(times_by_size))
        for name, (burn, theirs) in NEAREST.items():
            cells = [cell(times, size, backend, name) for size, times in times_by_size.items()]
            row(name, f"{burn}; {theirs}", *cells)
        print()


def measure(threads, rounds):
    """Runs both sides in turns, and gives what prints the tables."""
    times = {size: medians([family_round(size, threads) for _ in rounds]) for size in SIZES}
    return lambda: print_family(times)
