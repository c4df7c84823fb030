"""Makes the data of the site's playground: small networks and a few pictures, as script files.

`course playground` trains the networks, measures them, and writes their scripts and tables below
`site/playground`. The page computes in the reader's browser; tests compare it with PyTorch.
"""

from __future__ import annotations

import argparse
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import Tensor, cdist, from_numpy, nn, no_grad

from course import models, training
from course.data import Dataset, Split, load
from course.errors import CourseError
from solutions.adversarial_training import adversarial_train
from solutions.evaluation import worst_of
from solutions.fgsm import robustness_curve

Part = Callable[[str], dict[str, str]]
"""Makes a part of the playground's data by its name: texts by the names of their files."""

NETWORK = "tiny-cnn"
TITLES = {"plain": "plain", "defended": "adversarially trained"}
TEMPERATURE = 30.0
DISTILLED_EPOCHS = 30
COUNTS = "0123456789abcdefg"  # a character for each count from 0 to 16


@dataclass(frozen=True)
class Kind:
    """One kind of pictures: training and measurement of its networks, content of the page."""

    profile: str
    plain_epochs: int
    defended_epochs: int
    defended_epsilon: float
    epsilons: tuple[float, ...]
    largest: int
    """The slider's end, in 255ths."""
    per_class: int
    measured: int
    """Test images on which the printed accuracies are measured."""


KINDS = {
    "digits": Kind(
        "digits",
        plain_epochs=30,
        defended_epochs=60,
        defended_epsilon=0.15,
        epsilons=(0.0, 0.05, 0.1, 0.15, 0.2),
        largest=102,
        per_class=2,
        measured=597,
    ),
    "signs": Kind(
        "signs",
        plain_epochs=12,
        defended_epochs=8,
        defended_epsilon=8 / 255,
        epsilons=(0.0, 2 / 255, 4 / 255, 8 / 255, 16 / 255),
        largest=32,
        per_class=1,
        measured=250,
    ),
}


def write(args: argparse.Namespace) -> int:
    """Write the parts that the arguments name, or all of them. Raises CourseError for another."""
    if unknown := set(args.parts) - set(PARTS):
        raise CourseError(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    args.out.mkdir(parents=True, exist_ok=True)
    for name in args.parts or PARTS:
        for file, text in PARTS[name](name).items():
            (args.out / file).write_text(text, encoding="utf-8")
            print(f"wrote {args.out / file}")
    return 0


def _write_kind(name: str) -> dict[str, str]:
    kind = KINDS[name]
    dataset = load(kind.profile)
    networks = {"plain": _plain(dataset, kind), "defended": _defended(dataset, kind)}
    channels, side, _ = dataset.test.images.shape[1:]
    content = {
        "form": {"channels": channels, "side": side, "classes": len(dataset.classes)},
        "classes": list(dataset.classes),
        "largest": kind.largest,
        "networks": {
            key: {
                "title": TITLES[key],
                "weights": base64.b64encode(as_halves(model)).decode(),
                "accuracy": _measure(model, dataset.test[: kind.measured], kind.epsilons),
            }
            for key, model in networks.items()
        },
        "samples": _samples(dataset.test, kind),
        "epsilons": kind.epsilons,
        "defended_epsilon": kind.defended_epsilon,
    }
    return {f"{name}.js": as_script(name, content), f"{name}.inc": table(content)}


def _write_distilled(name: str) -> dict[str, str]:
    digits = load("digits")
    model = _distilled(digits.train)
    network = {
        "title": name,
        "weights": base64.b64encode(as_halves(model)).decode(),
        "accuracy": _measure(model, digits.test, (0.0,)),
    }
    return {f"{name}.js": as_script(f"digits.networks.{name}", network)}


def _write_training(name: str) -> dict[str, str]:
    """The digits as they came, 8×8 counts, one character each: for training in the page."""
    digits = load("digits")
    content = {
        part: [
            {"label": int(label), "counts": "".join(COUNTS[n] for n in counts)}
            for label, counts in zip(split.labels, _originals(split.images), strict=True)
        ]
        for part, split in (("train", digits.train), ("test", digits.test))
    }
    return {f"{name}.js": as_script(name, content)}


PARTS: dict[str, Part] = {
    "digits": _write_kind,
    "signs": _write_kind,
    "distilled": _write_distilled,
    "training": _write_training,
}


# --- the networks --------------------------------------------------------------------------------


def _plain(dataset: Dataset, kind: Kind) -> nn.Module:
    model = _untrained(dataset)
    recipe = training.plain_recipe(kind.plain_epochs, seed=0)
    training.fit(model, dataset.train.images, dataset.train.labels, recipe)
    return rounded_to_halves(model)


def _defended(dataset: Dataset, kind: Kind) -> nn.Module:
    model = _untrained(dataset)
    images, labels = dataset.train.images, dataset.train.labels
    epsilon, epochs = kind.defended_epsilon, kind.defended_epochs
    adversarial_train(model, images, labels, epsilon=epsilon, epochs=epochs)
    return rounded_to_halves(model)


def _untrained(dataset: Dataset) -> nn.Module:
    channels, side, _ = dataset.train.images.shape[1:]
    classes = len(dataset.classes)
    return models.build(NETWORK, in_channels=channels, image_size=side, num_classes=classes, seed=0)


def _distilled(train: Split) -> nn.Module:
    """Defensive distillation (Papernot et al. 2016): taught by a network's soft answers.

    Teacher and student both learn with their logits divided by `TEMPERATURE`; the student is used
    without the division, so its logits are that many times as large.
    """
    teacher = _at_temperature(train.images, F.one_hot(train.labels, 10).float())
    with no_grad():
        soft = (teacher(train.images) / TEMPERATURE).softmax(dim=1)
    return rounded_to_halves(_at_temperature(train.images, soft))


def _at_temperature(images: Tensor, targets: Tensor) -> nn.Module:
    """A network trained on the probabilities (n, 10) that it shall give at `TEMPERATURE`."""
    model = models.build(NETWORK, seed=0)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    generator = torch.Generator().manual_seed(0)
    for _ in range(DISTILLED_EPOCHS):
        for index in torch.randperm(len(images), generator=generator).split(64):
            loss = F.cross_entropy(model(images[index]) / TEMPERATURE, targets[index])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def rounded_to_halves(model: nn.Module) -> nn.Module:
    """The same model with its weights rounded in place to float16, which is what a page loads."""
    return model.half().float()


def as_halves(model: nn.Module) -> bytes:
    """All weights in the order of the state dict, as little-endian float16."""
    parts = [value.numpy().astype("<f2").tobytes() for value in model.state_dict().values()]
    return b"".join(parts)


def from_halves(
    weights: bytes, *, channels: int = 1, side: int = 28, classes: int = 10
) -> nn.Module:
    """The network that `as_halves` wrote. Raises ValueError when the bytes are not as many."""
    model = models.build(
        NETWORK, in_channels=channels, image_size=side, num_classes=classes, seed=0
    )
    numbers = torch.from_numpy(np.frombuffer(weights, "<f2").astype("float32"))
    if len(numbers) != models.parameter_count(model):
        raise ValueError(f"{len(numbers)} weights, expected {models.parameter_count(model)}")
    torch.nn.utils.vector_to_parameters(numbers, model.parameters())
    return model


# --- facts about them ----------------------------------------------------------------------------


def _measure(model: nn.Module, test: Split, epsilons: tuple[float, ...]) -> dict[str, list[float]]:
    """Accuracy at each epsilon under FGSM and in the worst case over the course's attacks."""
    worst = [
        worst_of(model, test.images, test.labels, epsilon, steps=20, seed=0).accuracy
        for epsilon in epsilons
    ]
    fgsm = robustness_curve(model, test.images, test.labels, list(epsilons))
    return {"fgsm": [round(a, 4) for a in fgsm], "worst": [round(a, 4) for a in worst]}


def _samples(test: Split, kind: Kind) -> list[dict[str, Any]]:
    """The first test images of every class, fooled or not.

    Digits as their 8×8 counts, 0 to 16; colour pictures as bytes in base64, channel by channel.
    """
    chosen = [
        int(place)
        for label in range(int(test.labels.max()) + 1)
        for place in (test.labels == label).nonzero().flatten()[: kind.per_class]
    ]
    labels = test.labels[chosen].tolist()
    if test.images.shape[1] == 1:
        counts = _originals(test.images[chosen])
        return [
            {"label": label, "counts": small} for label, small in zip(labels, counts, strict=True)
        ]
    return [
        {"label": label, "pixels": base64.b64encode(image.numpy().tobytes()).decode()}
        for label, image in zip(labels, (test.images[chosen] * 255).round().byte(), strict=True)
    ]


def _originals(images: Tensor) -> list[list[int]]:
    """The 8×8 originals of digits that were enlarged to 28×28, as 64 counts each.

    Where the enlargement mixes two original values, they cannot be read from it. So the originals
    are looked up in scikit-learn: those that enlarge to these images.
    """
    small = from_numpy(load_digits().images)
    large = F.interpolate(small.unsqueeze(1) / 16, size=(28, 28), mode="bilinear")
    nearest = cdist(images.double().flatten(1), large.flatten(1)).argmin(dim=1)
    return [[int(value) for value in original.flatten()] for original in small[nearest]]


def as_script(name: str, content: dict[str, Any]) -> str:
    """A script that gives the content to the page, so that the page also works from a file."""
    lines = json.dumps(content, separators=(",", ":"))
    return (
        "// Written by `course playground`; do not edit.\n"
        f"((globalThis.adversarial ??= {{}}).sets ??= {{}}).{name} = {lines};\n"
    )


def content_of(script: str) -> dict[str, Any]:
    """The content that `as_script` wrote."""
    return json.loads(script[script.index(" = {") + len(" = ") :].rstrip(";\n"))


def table(content: dict[str, Any]) -> str:
    """Both networks at every epsilon, in Markdown."""
    header = " | ".join(f"ε = {_short(epsilon)}" for epsilon in content["epsilons"])
    rows = [f"| network | attack | {header} |", "|---|---|" + "---|" * len(content["epsilons"])]
    attacks = {"fgsm": "FGSM", "worst": "worst of four PGD runs"}
    for network in content["networks"].values():
        for key, attack in attacks.items():
            shares = [f"{100 * a:.1f}\N{NO-BREAK SPACE}%" for a in network["accuracy"][key]]
            rows.append(f"| {network['title']} | {attack} | {' | '.join(shares)} |")
    return "\n".join(rows) + "\n"


def _short(epsilon: float) -> str:
    """An epsilon as it is usually written: 8/255, or 0.1."""
    return f"{epsilon:g}" if len(f"{epsilon:g}") <= 4 else f"{255 * epsilon:g}/255"
