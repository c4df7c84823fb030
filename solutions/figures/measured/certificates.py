"""Measurements for the lecture on certificates: bounds and proofs for three small networks.

`course figures --measure certificates` runs it and stores the numbers in `solutions/results/`,
from which `solutions.figures.certificates` draws.
"""

from __future__ import annotations

from collections import OrderedDict
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Split, load
from course.metrics import accuracy
from course.models import parameter_count
from course.training import fit, plain_recipe
from solutions.audit import certified_radius, noisy_votes
from solutions.certificates import (
    box,
    interval_bounds,
    interval_margins,
    linear_margins,
    relu_bounds,
)
from solutions.evaluation import worst_of
from solutions.figures.measured.defences import share
from solutions.pgd import pgd
from solutions.verification import verify

PROFILE = "digits"
IMAGES = 100
EPSILONS = (0.0, 0.01, 0.02, 0.05, 0.1)
PLAIN_EPOCHS, PGD_EPOCHS, CERTIFIED_EPOCHS = 15, 30, 60
EXACT_AT = 0.07
MOST_NODES = 50
MOST_PROVED = 8  # images given to the exact solver
SIGMA, CHOOSING, VOTES = 0.25, 100, 1000
RADII = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)


def small_network(seed: int) -> nn.Sequential:
    """Two convolutions with strides and a linear layer, small enough for an exact proof."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(1, 4, 4, stride=2, padding=1),
                relu1=nn.ReLU(),
                conv2=nn.Conv2d(4, 8, 4, stride=2, padding=1),
                relu2=nn.ReLU(),
                flatten=nn.Flatten(),
                logits=nn.Linear(8 * 7 * 7, 10),
            )
        )


def train_certified(
    model: nn.Sequential, train: Split, epsilon: float, epochs: int, seed: int = 0
) -> None:
    """Train in place on the interval bounds of the logits (Gowal et al. 2018).

    The loss is half the clean cross-entropy and half that of the worst logits that the bounds
    allow; epsilon and the second half grow over the first half of the training.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    batches = [len(train) // 64 + 1, epochs]
    total, done = batches[0] * batches[1], 0
    for _ in range(epochs):
        for batch in torch.randperm(len(train), generator=generator).split(64):
            x, y = train.images[batch], train.labels[batch]
            # --8<-- [start:certified]
            grown = min(1.0, 2 * done / total)
            optimizer.param_groups[0]["lr"] = 0.004 * min(1.0, 2 - 2 * done / total)
            worst = -interval_margins(model, x, y, grown * epsilon)
            worst = worst.masked_fill(F.one_hot(y, worst.shape[1]).bool(), 0.0)
            loss = (1 - grown / 2) * F.cross_entropy(model(x), y)
            loss = loss + grown / 2 * F.cross_entropy(worst, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            # --8<-- [end:certified]
            done += 1


def on_pgd(epsilon: float, model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
    """The images of adversarial training: four steps, epsilon growing over the first half."""
    reach = epsilon * min(1.0, 2 * done)
    return pgd(model, x, y, reach, step_size=reach / 2, steps=4)


def _on_noise(model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
    """The training images of a network that will vote on noisy copies."""
    return x + SIGMA * torch.randn_like(x)


def measure(*, images: int = IMAGES, epochs: int | None = None) -> dict[str, Any]:
    """Train three networks, attack and bound each; accuracies as fractions of the images."""
    data = load(PROFILE)
    test = data.test[torch.arange(images)]
    epsilon = budget(PROFILE).epsilon
    networks = {name: small_network(seed=0) for name in ("plain", "PGD-trained", "certified")}
    x, y = data.train.images, data.train.labels
    fit(networks["plain"], x, y, plain_recipe(epochs or PLAIN_EPOCHS), progress=False)
    recipe = plain_recipe(epochs or PGD_EPOCHS)
    fit(networks["PGD-trained"], x, y, recipe, perturb=partial(on_pgd, epsilon), progress=False)
    train_certified(networks["certified"], data.train, epsilon, epochs or CERTIFIED_EPOCHS)
    for model in networks.values():
        model.eval()
    noisy = small_network(seed=0)
    fit(noisy, x, y, recipe, perturb=_on_noise, progress=False)
    return {
        "about": {
            "command": "course figures --measure certificates",
            "profile": PROFILE,
            "parameters": parameter_count(noisy),
            "relus": sum(low.numel() for low, _ in relu_bounds(noisy, x[:1], 0.0)),
            "images": images,
            "epsilon": epsilon,
        },
        "epsilons": list(EPSILONS),
        "clean": {
            name: round(accuracy(model, data.test.images, data.test.labels), 4)
            for name, model in networks.items()
        },
        "curves": {
            name: _curves(model, test) for name, model in tqdm(networks.items(), desc="bounds")
        },
        "example": _example(networks["plain"], test),
        "exact": _exact(networks["PGD-trained"], test, EXACT_AT),
        "smoothing": _smoothing(noisy, test),
    }


def _curves(model: nn.Sequential, test: Split) -> dict[str, list[float]]:
    """Accuracy in the worst case found, and as proved by each bound; mean unstable ReLUs."""
    x, y = test.images, test.labels
    found: dict[str, list[float]] = {"attacked": [], "linear": [], "interval": [], "unstable": []}
    for epsilon in EPSILONS:
        by_interval = interval_margins(model, x, y, epsilon).amin(dim=1) > 0
        by_line = linear_margins(model, x, y, epsilon).amin(dim=1) > 0
        found["attacked"].append(round(worst_of(model, x, y, epsilon).accuracy, 4))
        found["interval"].append(share(by_interval))
        found["linear"].append(share(by_line))
        doubt = [_between(*ends).flatten(1) for ends in relu_bounds(model, x, epsilon)]
        found["unstable"].append(
            round(torch.cat(doubt, dim=1).sum(dim=1).double().mean().item(), 1)
        )
    return found


def _example(model: nn.Sequential, test: Split) -> dict[str, Any]:
    """The widths of the intervals of one image, layer by layer, at a small epsilon."""
    epsilon, image = EPSILONS[2], test.images[:1]
    low, high = box(image, epsilon)
    widths = {"pixels": round((high - low).mean().item(), 4)}
    for name, layer in model.named_children():
        low, high = interval_bounds([layer], low, high)
        widths[name] = round((high - low).mean().item(), 4)
    return {"epsilon": epsilon, "label": int(test.labels[0]), "widths": widths}


def _exact(model: nn.Sequential, test: Split, epsilon: float) -> dict[str, Any]:
    """The images that neither an attack nor the linear bounds decide, given to the solver."""
    x, y = test.images, test.labels
    attacked = worst_of(model, x, y, epsilon).survived
    proved = linear_margins(model, x, y, epsilon).amin(dim=1) > 0
    open_ones = (attacked & ~proved).nonzero().flatten()[:MOST_PROVED].tolist()
    verdicts = [
        verify(model, x[i], int(y[i]), epsilon, most_nodes=MOST_NODES)
        for i in tqdm(open_ones, desc="exact")
    ]
    return {
        "epsilon": epsilon,
        "most nodes": MOST_NODES,
        "broken by attack": int((~attacked).sum()),
        "proved by lines": int(proved.sum()),
        "undecided": int((attacked & ~proved).sum()),
        "answers": [v.answer for v in verdicts],
        "unstable": [v.unstable for v in verdicts],
        "nodes": [v.nodes for v in verdicts],
    }


def _smoothing(model: nn.Module, test: Split) -> dict[str, Any]:
    """Certified accuracy of the smoothed network by L2 radius, class and votes from other draws."""
    generator = torch.Generator().manual_seed(0)
    radii = []
    for image, label in zip(test.images, test.labels.tolist(), strict=True):
        chosen = noisy_votes(model, image, SIGMA, CHOOSING, generator).argmax()
        count = int(noisy_votes(model, image, SIGMA, VOTES, generator)[chosen])
        radii.append(certified_radius(count, VOTES, SIGMA) if chosen == label else 0.0)
    certain = torch.tensor(radii)
    return {
        "sigma": SIGMA,
        "votes": VOTES,
        "clean, without noise": round(accuracy(model, test.images, test.labels), 4),
        "radii": list(RADII),
        "certified": [share(certain > r) for r in RADII],
    }


def _between(low: Tensor, high: Tensor) -> Tensor:
    """The ReLUs that could be open or closed for inputs between these ends."""
    return (low < 0) & (high > 0)
