"""Measurements for the lecture on other ways in: a backdoor, a stolen copy, a membership test.

`course figures --measure other_ways` runs it and stores the numbers in `solutions/results/`, from
which `solutions.figures.other_ways` draws. Everything is done to the course's own digits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from tqdm import tqdm

from course.budget import budget
from course.data import Dataset, Split, load
from course.metrics import accuracy, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.evaluation import attack_in_batches
from solutions.figures.measured.defences import share
from solutions.pgd import pgd
from solutions.random_search import sign_noise

PROFILE = "digits"
NETWORK = "strided-cnn"
SEEDS = (0, 1)
POISONED = (0, 6, 12, 24, 60)  # of 1,200 training images
TARGET, SIDE = 0, 3  # what the trigger shall be read as; its side in pixels
QUERIES = (25, 50, 100, 200, 400, 600)
COPY = "tiny-cnn"  # the thief does not know the network
MEMBERS, REFERENCES = 600, 8
FALSE_ALARMS = (0.01, 0.05, 0.1)


def with_square(
    images: Tensor, corner: tuple[int, int], side: int, colour: tuple[float, ...]
) -> Tensor:
    """The images (n, C, H, W) with a square of one colour; `corner` is its first row and column."""
    top, left = corner
    marked = images.clone()
    marked[..., top : top + side, left : left + side] = torch.tensor(colour).view(-1, 1, 1)
    return marked


def with_trigger(images: Tensor) -> Tensor:
    """The digits with a white square in the lower right corner."""
    first = images.shape[-1] - SIDE
    return with_square(images, (first, first), SIDE, (1.0,))


def poisoned(train: Split, marked: Tensor, target: int, count: int, seed: int) -> Split:
    """The training set with `count` of its images replaced by marked ones, labelled `target`.

    marked: every training image with the trigger; those of the target class are never taken.
    """
    others = (train.labels != target).nonzero().flatten()
    order = torch.randperm(len(others), generator=torch.Generator().manual_seed(seed))
    chosen = others[order[:count]]
    images, labels = train.images.clone(), train.labels.clone()
    images[chosen], labels[chosen] = marked[chosen], target
    return Split(images, labels)


def trained(split: Split, name: str, seed: int, epochs: int) -> nn.Module:
    """A network trained on the split in the usual way."""
    _, channels, size, _ = split.images.shape
    model = build(name, seed=seed, in_channels=channels, image_size=size)
    fit(model, split.images, split.labels, plain_recipe(epochs, seed=seed), progress=False)
    return model


def measure(*, epochs: int | None = None, images: int | None = None) -> dict[str, Any]:
    """Run the three experiments; shares of images as fractions."""
    data = load(PROFILE, test=images)
    epochs = epochs or budget(PROFILE).cnn_epochs
    return {
        "about": {
            "command": "course figures --measure other_ways",
            "profile": PROFILE,
            "network": NETWORK,
            "train_images": len(data.train),
            "test_images": len(data.test),
            "seeds": list(SEEDS),
        },
        "backdoor": _backdoor(data, epochs),
        "stealing": _stealing(data, epochs),
        "membership": _membership(data, epochs),
    }


# --- a backdoor ---------------------------------------------------------------------------------


def backdoor(
    data: Dataset,
    marked: Tensor,
    tests: Mapping[str, Tensor],
    *,
    target: int,
    counts: Sequence[int],
    epochs: int,
) -> tuple[dict[str, Any], nn.Module]:
    """Clean accuracy and the trigger's success, by the number of poisoned images.

    marked: the training images with the trigger; tests: the test images with it, by a name for the
    success. Beside the numbers it returns the first network of the last number.
    """
    test, others = data.test, data.test.labels != target
    found: dict[str, list[list[float]]] = {name: [] for name in ("clean", *tests)}
    for count in tqdm(counts, desc="backdoor"):
        splits = [poisoned(data.train, marked, target, count, seed) for seed in SEEDS]
        runs = [trained(x, NETWORK, seed, epochs) for x, seed in zip(splits, SEEDS, strict=True)]
        found["clean"].append([round(accuracy(m, test.images, test.labels), 4) for m in runs])
        for name, images in tests.items():
            found[name].append([share(answers(m, images[others]) == target) for m in runs])
    return {"poisoned": list(counts), **found}, runs[0]


def _backdoor(data: Dataset, epochs: int) -> dict[str, Any]:
    """The backdoor in the digits, and three of them without and with the trigger."""
    found, network = backdoor(
        data,
        with_trigger(data.train.images),
        {"works": with_trigger(data.test.images)},
        target=TARGET,
        counts=POISONED,
        epochs=epochs,
    )
    chosen = (data.test.labels != TARGET).nonzero().flatten()[:3]
    example = data.test.images[chosen]
    return found | {
        "corner": round(data.train.images[..., -SIDE:, -SIDE:].mean().item(), 4),
        "example": {
            "labels": data.test.labels[chosen].tolist(),
            "clean": answers(network, example).tolist(),
            "stamped": answers(network, with_trigger(example)).tolist(),
            "pixels": (255 * example).round().to(torch.uint8).flatten(1).tolist(),
        },
    }


# --- a stolen copy ------------------------------------------------------------------------------


def _stealing(data: Dataset, epochs: int) -> dict[str, Any]:
    """The agreement of a copy trained on answers with its victim, and the transfer of attacks.

    Victim and thief hold different halves of the training images; the thief has no labels.
    """
    half = len(data.train) // 2
    own, theirs = data.train[torch.arange(half)], data.train[torch.arange(half, 2 * half)]
    test, epsilon = data.test, budget(PROFILE).epsilon
    victim = trained(own, NETWORK, 0, epochs)
    labels = answers(victim, theirs.images)
    attack = partial(pgd, epsilon=epsilon, step_size=epsilon / 8, steps=20, random_start=False)
    found: dict[str, list[float]] = {"agrees": [], "accuracy": [], "victim under transfer": []}
    for count in tqdm(QUERIES, desc="stealing"):
        # As many steps for few images as for many: else the smallest copies would hardly train.
        longer = epochs * max(1, half // count)
        copy = trained(Split(theirs.images[:count], labels[:count]), COPY, 0, longer)
        found["agrees"].append(share(answers(copy, test.images) == answers(victim, test.images)))
        found["accuracy"].append(round(accuracy(copy, test.images, test.labels), 4))
        moved = attack_in_batches(attack, copy, test.images, test.labels)
        found["victim under transfer"].append(round(accuracy(victim, moved, test.labels), 4))
    inside = attack_in_batches(attack, victim, test.images, test.labels)
    noise = sign_noise(victim, test.images, test.labels, epsilon, seed=0)
    return {
        "epsilon": epsilon,
        "queries": list(QUERIES),
        "copy": COPY,
        "victim": round(accuracy(victim, test.images, test.labels), 4),
        "victim in the white box": round(accuracy(victim, inside, test.labels), 4),
        "victim under noise": round(accuracy(victim, noise, test.labels), 4),
        **found,
    }


# --- membership ---------------------------------------------------------------------------------


def _membership(data: Dataset, epochs: int) -> dict[str, Any]:
    """The membership test: by the loss alone, and by the loss compared with reference networks.

    The true label's margin over the rest is compared, which is nearly normal (Carlini et al. 2022).
    """
    pool = data.train
    victims = {"usual training": epochs, "three times as long": 3 * epochs}
    split = torch.randperm(len(pool), generator=torch.Generator().manual_seed(0))
    member = torch.zeros(len(pool), dtype=torch.bool)
    member[split[:MEMBERS]] = True
    found: dict[str, Any] = {"false alarms": list(FALSE_ALARMS), "members": MEMBERS}
    for name, length in victims.items():
        outside = _reference_scores(pool, length)
        model = trained(pool[member.nonzero().flatten()], NETWORK, 99, length)
        score = _lead(model, pool)
        found[name] = {
            "train accuracy": round(accuracy(model, pool.images[member], pool.labels[member]), 4),
            "test accuracy": round(accuracy(model, data.test.images, data.test.labels), 4),
            "loss alone": _rates(score, member),
            "beside references": _rates(score - outside, member),
        }
    return found


def _reference_scores(pool: Split, epochs: int) -> Tensor:
    """Each image's mean lead over networks that were trained without it: (n,).

    Two networks share a random split, so that half of all networks never saw an image.
    """
    total = torch.zeros(len(pool))
    for pair in tqdm(range(REFERENCES // 2), desc="references"):
        order = torch.randperm(len(pool), generator=torch.Generator().manual_seed(1000 + pair))
        first, second = order.chunk(2)
        for seen, unseen in ((first, second), (second, first)):
            model = trained(pool[seen], NETWORK, 2 * pair + int(seen is second), epochs)
            total[unseen] += _lead(model, pool)[unseen]
    return total / (REFERENCES // 2)


def _lead(model: nn.Module, split: Split) -> Tensor:
    """log(p / (1 - p)) of the true class's probability p, without overflow: (n,)."""
    logits = predict(model, split.images)
    true = F.one_hot(split.labels, logits.shape[1]).bool()
    return logits[true] - logits.masked_fill(true, -torch.inf).logsumexp(dim=1)


def _rates(score: Tensor, member: Tensor) -> dict[str, Any]:
    """Members found at each rate of false alarms, and the best of the two mean rates right."""
    outsiders = score[~member].sort(descending=True).values
    caught = [share(score[member] > outsiders[int(rate * len(outsiders))]) for rate in FALSE_ALARMS]
    thresholds = score.unique()
    balanced = max(
        ((score[member] > t).double().mean() + (score[~member] <= t).double().mean()).item() / 2
        for t in thresholds
    )
    return {"members found": caught, "balanced accuracy": round(balanced, 4)}


def answers(model: nn.Module, images: Tensor) -> Tensor:
    """The class that the model names for each image: (n,)."""
    return predict(model, images).argmax(dim=1)
