"""The work of `course attack`: attack a network, print the accuracy that is left, draw it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from course import plots, saving
from course.budget import budget
from course.console.tables import print_table
from course.data import Dataset, load
from course.errors import CourseError, InputError
from course.inputs import chosen_device
from course.metrics import predict, wilson_interval
from course.models import build
from course.plots import CourseFigure
from course.training import fit, plain_recipe
from solutions.ensemble import LEAST_CLASSES, ensemble
from solutions.evaluation import BoundAttack, Survival, attack_in_batches
from solutions.fgsm import attack_success_rate, fgsm
from solutions.pgd import pgd


@dataclass(frozen=True)
class Row:
    """One epsilon's outcome: images read rightly, of how many, and the share that was fooled."""

    epsilon: float
    correct: int
    total: int
    success_rate: float

    @property
    def accuracy(self) -> float:
        """Fraction read rightly, in [0, 1]."""
        return self.correct / self.total

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the accuracy."""
        return wilson_interval(self.correct, self.total)


def run(args: argparse.Namespace) -> int:
    """Attack as the arguments say, print a table, draw a picture if asked to; exit status 0."""
    _check_picture(args)
    limits = budget(args.data)
    device = chosen_device(args.device)
    epsilons = args.epsilons or [limits.epsilon if args.epsilon is None else args.epsilon]
    load_images = partial(load, args.data, image_size=args.image_size)
    if _is_file(args.model):
        dataset = load_images(train=1, test=args.images)
        model = _load(Path(args.model), dataset).to(device)
    else:
        dataset = load_images(train=limits.train_images, test=args.images)
        model = _train(args.model, dataset, limits.cnn_epochs, args.seed, device)
    if args.attack == "ensemble" and dataset.num_classes < LEAST_CLASSES:
        raise CourseError(
            f"--attack ensemble needs at least {LEAST_CLASSES} classes, and {dataset.name} has"
            f" {dataset.num_classes}: choose --attack pgd"
        )
    dataset = replace(dataset, test=dataset.test.to(device))
    images, labels = dataset.test.images, dataset.test.labels
    print(f"{_describe(args)} on {len(labels):,} test images of {dataset.name}\n")
    rows = _attack_at_each(args, model, images, labels, epsilons)
    if args.out is not None:
        _draw(args, model, dataset, rows)
        print(f"\ndrawn in {args.out}")
    return 0


def _check_picture(args: argparse.Namespace) -> None:
    """Raise CourseError for a picture that cannot be drawn, before anything is trained."""
    if args.out is None:
        return
    if args.out.suffix.lower() not in (".png", ".svg"):
        raise CourseError(f"--out {args.out}: end the name in .png or .svg")
    if args.attack == "ensemble" and not args.epsilons:
        raise CourseError(
            "--attack ensemble draws curves only: give --epsilons, or leave out --out"
        )


def _is_file(model: str) -> bool:
    return model.endswith(".safetensors") or Path(model).is_file()


def _load(path: Path, dataset: Dataset) -> nn.Module:
    model, metadata = saving.load(path)
    try:
        classes = predict(model, dataset.test.images[:1]).shape[1]
    except (RuntimeError, InputError) as error:
        shape = "x".join(str(side) for side in dataset.image_shape)
        raise CourseError(
            f"the network in {path} does not take images of {shape}, which {dataset.name} has;"
            f" it was trained on {metadata.get('profile', 'something else')}"
        ) from error
    if classes != dataset.num_classes:
        raise CourseError(
            f"the network in {path} knows {classes} classes, {dataset.name} has"
            f" {dataset.num_classes}"
        )
    print(f"{path}, trained on {metadata.get('profile', 'unknown images')}")
    return model


def _train(name: str, dataset: Dataset, epochs: int, seed: int, device: torch.device) -> nn.Module:
    channels, side, _ = dataset.image_shape
    model = build(
        name,
        in_channels=channels,
        image_size=side,
        num_classes=dataset.num_classes,
        seed=seed,
    ).to(device)
    print(
        f"no weights were given: training {name} for {epochs} epochs on"
        f" {len(dataset.train):,} images of {dataset.name}",
        flush=True,
    )
    fit(model, dataset.train.images, dataset.train.labels, plain_recipe(epochs, seed=seed))
    return model


def _describe(args: argparse.Namespace) -> str:
    return {
        "fgsm": "FGSM",
        "pgd": f"PGD, {args.steps} steps from a random start,",
        "noise": "uniform noise",
        "ensemble": "the worst of four attacks for each image",
    }[args.attack]


def _attack_at(args: argparse.Namespace, epsilon: float) -> BoundAttack:
    """The attack the arguments name. Noise is what PGD starts from, without a step."""
    if args.attack == "fgsm":
        return partial(fgsm, epsilon=epsilon)
    steps = args.steps if args.attack == "pgd" else 0
    generator = torch.Generator(chosen_device(args.device)).manual_seed(args.seed)
    step_size = 2.5 * epsilon / args.steps  # enough to cross the ball and come back
    return partial(pgd, epsilon=epsilon, step_size=step_size, steps=steps, generator=generator)


def _attack_at_each(
    args: argparse.Namespace,
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilons: list[float],
) -> list[Row]:
    """Print a line as soon as it is known; return the rows of `epsilons`."""

    def measure(epsilon: float, adversarial: Tensor) -> Row:
        rate = attack_success_rate(model, images, adversarial, labels)
        return Row(epsilon, _count_correct(model, adversarial, labels), len(labels), rate)

    rows: list[Row] = []

    def lines() -> Iterator[tuple[str, ...]]:
        yield _cells("clean", measure(0.0, images), fooled="-")
        for epsilon in epsilons:
            left: dict[str, float] = {}
            if args.attack == "ensemble":
                found = ensemble(model, images, labels, epsilon, seed=args.seed)
                row, left = _row_of(epsilon, found), found.left
            else:
                attack = _attack_at(args, epsilon)
                row = measure(epsilon, attack_in_batches(attack, model, images, labels))
            rows.append(row)
            name = f"{epsilon:.4f} = {255 * epsilon:.4g}/255"
            yield _cells(name, row, fooled=f"{row.success_rate:.1%}")
            for attack_name, share in list(left.items())[1:]:
                yield "", f"{share:.1%}", "", f"after {attack_name}"

    print_table(("epsilon", "accuracy", "95% Wilson interval", "fooled"), lines(), _in_columns)
    print("\nfooled: of the images read rightly before, the share misread under attack")
    return rows


def _row_of(epsilon: float, found: Survival) -> Row:
    total, survived = len(found.survived), int(found.survived.sum())
    right = round(found.left["clean"] * total)
    return Row(epsilon, survived, total, (right - survived) / right if right else 0.0)


def _count_correct(model: nn.Module, images: Tensor, labels: Tensor) -> int:
    return int((predict(model, images).argmax(dim=1) == labels).sum())


def _cells(name: str, row: Row, *, fooled: str) -> tuple[str, ...]:
    low, high = row.interval
    return name, f"{row.accuracy:.1%}", f"{low:.1%} to {high:.1%}", fooled


def _in_columns(cells: Sequence[str]) -> str:
    name, accuracy, interval, fooled = cells
    return f"{name:<20}{accuracy:<10}{interval:<22}{fooled}"


def _draw(args: argparse.Namespace, model: nn.Module, dataset: Dataset, rows: list[Row]) -> None:
    if args.epsilons:
        lows, highs = zip(*(row.interval for row in rows), strict=True)
        name = {"fgsm": "FGSM", "pgd": "PGD", "noise": "Noise", "ensemble": "Worst of four"}[
            args.attack
        ]
        figure = plots.robustness_curve(
            [row.epsilon for row in rows],
            {name: [row.accuracy for row in rows]},
            intervals={name: (lows, highs)},
            chance=1 / dataset.num_classes,
        )
    else:
        figure = _draw_images(args, model, dataset, rows[0].epsilon)
    plots.save(figure, args.out)


def _draw_images(
    args: argparse.Namespace, model: nn.Module, dataset: Dataset, epsilon: float
) -> CourseFigure:
    """The first eight test images, before and after."""
    images, labels = dataset.test.images[:8], dataset.test.labels[:8]
    adversarial = _attack_at(args, epsilon)(model, images, labels)
    before, after = predict(model, images).softmax(dim=1), predict(model, adversarial).softmax(1)
    return plots.attack_grid(
        images,
        adversarial,
        labels=labels,
        clean_predictions=before.argmax(dim=1),
        adversarial_predictions=after.argmax(dim=1),
        clean_confidences=before.amax(dim=1),
        adversarial_confidences=after.amax(dim=1),
        classes=dataset.classes,
        epsilon=epsilon,
    )
