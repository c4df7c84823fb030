"""Report 004: FGSM on a small residual network, which reads MNIST at 32x32 on the scale [-1, 1].

What it says stands in `claims004.py`. Its epsilon counts on the scale [-1, 1]: half of it is the
epsilon in pixel units.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.data import Split
from course.metrics import confusion_matrix, predict
from course.models import build, parameter_count
from course.training import Recipe
from solutions.evaluation import attack_in_batches
from solutions.fgsm import fgsm, loss_gradient
from solutions.figures.image_grid import grid_figure, image_grid
from solutions.reproductions.confusion import best_and_worst, commonest_error, most_confused
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import detection, fgsm_counts, trained
from solutions.reproductions.record import number, share, words
from solutions.reproductions.reports.claims004 import FINDINGS, PRINTED_PERCENTAGES, PUBLISHED
from solutions.reproductions.runner import Report

if TYPE_CHECKING:
    from course.plots import CourseFigure

NETWORK = "small-resnet"
SIDE = 32
HALF = ((0.5,), (0.5,))  # (x - .5) / .5, from [0, 1] to [-1, 1]
RECIPE = Recipe(
    epochs=3,
    batch_size=64,
    optimizer="adam",
    learning_rate=0.01,
    schedule="constant",
    channels_last=True,
    bfloat16=True,
)
PRINTED = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
SHOWN = 0.15  # the printed epsilon of its confidences, confusions and pictures
SAMPLE = 1_000  # what it says it tested on
TIMED = 200  # images attacked one at a time, for the time that takes
BINS = 500  # of the stored histogram of confidences
GRID = (2, 1, 0, 3, 4, 5)  # its pictures show a 2, a 1 and a 0


def run(lab: Lab) -> None:
    """Train a network for each seed, attack all test images at every epsilon in both units."""
    train = Split(_resized(lab.data.train.images), lab.data.train.labels)
    test = Split(_resized(lab.data.test.images), lab.data.test.labels)
    recipe = replace(RECIPE, batch_size=16, schedule="one-cycle") if lab.quick else RECIPE
    channels, classes = test.images.shape[1], lab.data.num_classes

    def network(seed: int, chosen: Recipe) -> tuple[nn.Module, dict[str, Any]]:
        make = partial(
            build,
            NETWORK,
            in_channels=channels,
            image_size=SIDE,
            num_classes=classes,
            normalize=(HALF[0] * channels, HALF[1] * channels),
            seed=seed,
        )
        return trained(
            lab,
            f"{NETWORK} {seed} {'bfloat16' if chosen.bfloat16 else 'float32'}",
            make,
            replace(chosen, seed=seed),
            train=train,
            network=NETWORK,
            side=SIDE,
        )

    networks = [network(seed, recipe) for seed in lab.seeds]
    models = [model for model, _ in networks]
    lab.record(
        number("parameters", [parameter_count(models[0])], "count"),
        words(
            "recipe",
            f"{recipe.optimizer}, {recipe.learning_rate:g}, batch {recipe.batch_size}, "
            f"{recipe.epochs} epochs",
        ),
        words("scale", f"ε = {PRINTED[-1]:g} there is {PRINTED[-1] * HALF[1][0]:g} in pixels"),
        number("train-images", [len(lab.data.train)], "count"),
        number("test-images", [len(lab.data.test)], "count"),
        share(
            "train-accuracy",
            [round(note["accuracy"][-1] * len(train)) for _, note in networks],
            len(train),
        ),
    )
    for epoch in range(recipe.epochs):
        losses = [note["loss"][epoch] for _, note in networks]
        lab.record(number(f"loss-{epoch + 1}", losses, ""))
    _curves(lab, models, test)
    _sample(lab, models, test)
    _at_shown(lab, models, test)
    _sign_of_zero(lab, models, test)
    _time(lab, models[0], test)
    lab.keep("grid", lab.stage("grid", lambda: _grid(models[0], test)))
    exact, _ = network(lab.seeds[0], replace(recipe, bfloat16=False))
    _shortcut(lab, models[0], exact, test)


# --- the measurements ---------------------------------------------------------------------------


def _curves(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """Attack at every printed epsilon, read on the scale [-1, 1] and read in pixels."""
    pixels = sorted({e / 2 for e in PRINTED} | set(PRINTED))
    counts = lab.each("curve", lambda m: fgsm_counts(m, test.images, test.labels, pixels), models)
    clean = [c["clean"] for c in counts]
    lab.record(share("clean", clean, len(test)))
    for e in PRINTED:
        place = pixels.index(e / 2)
        left = [c["both"][place] for c in counts]
        lab.record(
            share(f"left-{e:g}", left, clean, f"Left at ε = {e:g} on [-1, 1]"),
            share(
                f"fooled-{e:g}",
                [a - b for a, b in zip(clean, left, strict=True)],
                clean,
                f"Fooled at ε = {e:g} on [-1, 1]",
            ),
        )
    for e in PRINTED[1:]:
        left = [c["both"][pixels.index(e)] for c in counts]
        lab.record(share(f"left-in-pixels-{e:g}", left, clean, f"Left at ε = {e:g} in pixels"))
    at = pixels.index(SHOWN / 2)
    correct = [c["correct"][at] for c in counts]
    missed = 100 - 100 * sum(correct) / len(correct) / len(test)
    fooled = 100 - 100 * sum(c["both"][at] for c in counts) / sum(clean)
    lab.record(
        share("all-0.15", correct, len(test)),
        words("two-rates", f"{missed:.2f} % of all images, {fooled:.2f} % of those read rightly"),
    )
    lab.curve(
        "FGSM",
        network=NETWORK,
        attack="FGSM",
        epsilons=pixels,
        correct=[c["both"] for c in counts],
        total=clean,
    )


def _sample(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """Count the first 1,000 images read rightly, and the sample sizes its percentages allow."""
    first = test[:SAMPLE]
    right = lab.each(
        "first thousand",
        lambda m: int((predict(m, first.images).argmax(dim=1) == first.labels).sum()),
        models,
    )
    sizes = possible_sizes(PRINTED_PERCENTAGES, SAMPLE)
    lab.record(
        number("first-thousand-right", right, "count", "Right of the first 1,000 test images"),
        words("sample", " or ".join(str(size) for size in sizes) or "no number of images"),
    )


def possible_sizes(percentages: tuple[float, ...], most: int) -> list[int]:
    """Numbers of images, up to `most`, of which every percentage (two decimals) can be a share."""

    def possible(percentage: float, size: int) -> bool:
        near = round(percentage * size / 100)
        return any(round(100 * k / size, 2) == percentage for k in (near - 1, near, near + 1))

    return [n for n in range(1, most + 1) if all(possible(p, n) for p in percentages)]


def _at_shown(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """Measure confidence and confusion at the epsilon of the report's figures."""

    def look(model: nn.Module) -> dict[str, Any]:
        logits = predict(model, test.images)
        right = logits.argmax(dim=1) == test.labels
        adversarial = attack_in_batches(
            partial(fgsm, epsilon=SHOWN / 2), model, test.images, test.labels
        )
        after = predict(model, adversarial)
        before, moved = (z.softmax(dim=1).amax(dim=1) for z in (logits, after))
        wrong = right & (after.argmax(dim=1) != test.labels)
        return {
            "clean": before[right].mean().item(),
            "attacked": moved[right].mean().item(),
            "wrong": moved[wrong].mean().item() if wrong.any() else 0.0,
            "detection": detection(before[right], moved[right]),
            "sure": [int((c[right] > 0.99).sum()) for c in (before, moved)],
            "right": int(right.sum()),
            "confusion": {
                name: confusion_matrix(
                    test.labels[right], z[right].argmax(dim=1), lab.data.num_classes
                ).tolist()
                for name, z in (("clean", logits), ("attacked", after))
            },
            "histogram": {
                name: torch.histc(c[right], BINS, 0, 1).int().tolist()
                for name, c in (("clean", before), ("attacked", moved))
            },
        }

    looks = lab.each("confidence", look, models)
    right = [look["right"] for look in looks]
    confusion = [
        [sum(c) for c in zip(*row, strict=True)]
        for row in zip(*(look["confusion"]["attacked"] for look in looks), strict=True)
    ]
    lab.record(
        number("confidence-clean", [100 * look["clean"] for look in looks], "%"),
        number("confidence-attacked", [100 * look["attacked"] for look in looks], "%"),
        number(
            "confidence-drop",
            [100 * (look["clean"] - look["attacked"]) for look in looks],
            "points",
        ),
        number("confidence-wrong", [100 * look["wrong"] for look in looks], "%"),
        number("detection", [look["detection"] for look in looks], ""),
        *(
            share(f"sure-{name}", [look["sure"][place] for look in looks], right)
            for place, name in enumerate(("clean", "attacked"))
        ),
        words("digits", best_and_worst(confusion)),
        words("becomes", ", ".join(f"{k} → {commonest_error(confusion, k)}" for k in (2, 1, 0))),
        words("most-confused", most_confused(confusion)),
    )
    lab.keep("confusion", looks[0]["confusion"])
    lab.keep("confidence", looks[0]["histogram"])


def _sign_of_zero(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """Compare sign(0) = -1, as the report has it, with sign(0) = 0."""

    def look(model: nn.Module) -> dict[str, Any]:
        zeros, left, left_minus = 0, 0, 0
        for x, y in zip(test.images.split(128), test.labels.split(128), strict=True):
            gradient = loss_gradient(model, x, y)
            zeros += int((gradient == 0).sum())
            right = predict(model, x).argmax(dim=1) == y
            for minus in (False, True):
                step = torch.where(gradient > 0, 1.0, -1.0) if minus else gradient.sign()
                moved = (x + SHOWN / 2 * step).clamp(0, 1)
                survived = int((right & (predict(model, moved).argmax(dim=1) == y)).sum())
                left, left_minus = (
                    (left, left_minus + survived) if minus else (left + survived, left_minus)
                )
        return {"zeros": zeros / test.images.numel(), "change": left_minus - left}

    looks = lab.each("sign of zero", look, models)
    lab.record(
        words("sign-of-zero", "0"),
        number(
            "zero-gradients",
            [100 * look["zeros"] for look in looks],
            "%",
            "Pixels with a gradient of exactly 0",
        ),
        number(
            "sign-of-zero-change",
            [look["change"] for look in looks],
            "count",
            "Images more left with sign(0) = -1",
        ),
    )


def _time(lab: Lab, model: nn.Module, test: Split) -> None:
    """Measure the time of all test images in batches, and of a sample one image at a time."""
    epsilon = SHOWN / 2

    def look() -> dict[str, Any]:
        start = time.perf_counter()
        together = attack_in_batches(
            partial(fgsm, epsilon=epsilon), model, test.images, test.labels
        )
        batched = time.perf_counter() - start
        sample = test[:TIMED]
        start = time.perf_counter()
        alone = torch.cat(
            [
                fgsm(model, x, y, epsilon)
                for x, y in zip(sample.images.split(1), sample.labels.split(1), strict=True)
            ]
        )
        single = (time.perf_counter() - start) * len(test) / len(sample)
        same = predict(model, together[: len(sample)]).argmax(dim=1) == predict(
            model, alone
        ).argmax(dim=1)
        equal = (together[: len(sample)] - alone).abs() < 1e-6
        return {
            "batched": batched,
            "single": single,
            "same answers": int(same.sum()),
            "same pixels": equal.double().mean().item(),
            "sample": len(sample),
        }

    looked = lab.stage("batched and one at a time", look)
    lab.record(
        words("batched", f"{looked['same answers']} of {looked['sample']} answers the same"),
        number("batched-seconds", [looked["batched"]], "s", "All test images, in batches"),
        number(
            "single-seconds",
            [looked["single"]],
            "s",
            f"The same one at a time, from a sample of {looked['sample']}",
        ),
        number("batched-gain", [looked["single"] / looked["batched"]], "x", "Batches save"),
        number(
            "batched-same-pixels",
            [100 * looked["same pixels"]],
            "%",
            "Attacked pixels the same, batched and one at a time",
        ),
    )


def _shortcut(lab: Lab, quick: nn.Module, exact: nn.Module, test: Split) -> None:
    """Measure what training in bfloat16 changed, on the first seed."""
    epsilons = (0.0, SHOWN / 2)
    both = [
        lab.stage(
            "shortcut", partial(fgsm_counts, m, test.images, test.labels, epsilons), training=name
        )["correct"]
        for name, m in (("bfloat16", quick), ("float32", exact))
    ]
    for place, what in enumerate(("clean accuracy", f"accuracy at ε = {SHOWN:g} on [-1, 1]")):
        taken, without = (100 * counts[place] / len(test) for counts in both)
        lab.shortcut("training in bfloat16, channels last", what, taken, without, "%")


def _grid(model: nn.Module, test: Split) -> dict[str, Any]:
    """Attack the first rightly classified image of each class in the report's figure."""
    right = predict(model, test.images).argmax(dim=1) == test.labels
    chosen = []
    for label in GRID:
        of_class = test.labels == label
        of_class = of_class & right if (of_class & right).any() else of_class
        chosen.append(int(of_class.nonzero()[0]))
    return image_grid(model, test.images[chosen], test.labels[chosen], SHOWN / 2)


def _resized(images: Tensor) -> Tensor:
    """(N, C, 28, 28) to (N, C, 32, 32), as torchvision's Resize does."""
    size = (SIDE, SIDE)
    parts = [
        F.interpolate(part, size=size, mode="bilinear", antialias=True, align_corners=False)
        for part in images.split(5_000)
    ]
    return torch.cat(parts).clamp_(0, 1)


def picture(result: Mapping[str, Any]) -> CourseFigure:
    """Images, their change magnified ten times, and what the network then reads."""
    return grid_figure(result["kept"]["grid"])


REPORT = Report(
    "004",
    title="Adversarial Attacks on ResNet - MNIST Digit Classification",
    authors="Arbaz Ameer Khan",
    network=NETWORK,
    profiles=("mnist",),
    seeds=(0, 1, 2),
    published=PUBLISHED,
    findings=FINDINGS,
    run=run,
    picture=picture,
)
