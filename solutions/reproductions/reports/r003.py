"""Report 003: the tutorial behind report 002, whose table it prints, with nine exercises, solved.

What it says stands in `claims003.py`; network, recipe and table in `simple_cnn.py`. The network is
that of report 002, since document and recipe are the same. Exercises that compare trainings (1, 3,
4, 5, 7) train it on part of the images, `VARIANTS` in turn; the others (2, 6, 8, 9) look at the
network of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from course.data import Split
from course.metrics import accuracy, predict
from course.models import parameter_count
from course.training import Perturb, Recipe
from solutions.evaluation import attack_in_batches, worst_of
from solutions.fgsm import fgsm
from solutions.random_search import sign_noise
from solutions.reproductions import onnx_export
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import fgsm_counts, trained
from solutions.reproductions.record import number, share, words
from solutions.reproductions.reports.claims003 import FINDINGS, PUBLISHED
from solutions.reproductions.reports.claims_table import TABLE
from solutions.reproductions.runner import Report
from solutions.reproductions.simple_cnn import NETWORK, RECIPE, maker, record_table, with_history
from solutions.reproductions.trainings import clean_and_fgsm, few_images

if TYPE_CHECKING:
    from course.plots import CourseFigure

SHOWN = 0.1  # the epsilon trainings are compared at, and the one trained on
SMALL = replace(RECIPE, epochs=3)
SMALL_TRAIN, SMALL_TEST = 5_000, 1_000
PGD_STEPS, PGD_IMAGES = 40, 200
VARIANTS: dict[str, tuple[str, Recipe]] = {
    "base": ("The recipe as it is", SMALL),
    "step": ("1: rate to 70 % after each epoch", replace(SMALL, schedule="step")),
    "batch-16": ("3: batches of 16", replace(SMALL, batch_size=16)),
    "batch-256": ("3: batches of 256", replace(SMALL, batch_size=256)),
    "batch-1024": ("3: batches of 1,024", replace(SMALL, batch_size=1024)),
    "norm": ("4: batch normalisation", SMALL),
    "sgd": ("5: SGD, rate .01, momentum .9", replace(SMALL, optimizer="sgd", learning_rate=0.01)),
    "adamw": ("5: AdamW, decay .01", replace(SMALL, optimizer="adamw", weight_decay=0.01)),
    "adversarial": ("7: clean and FGSM images together", SMALL),
}


def run(lab: Lab) -> None:
    """The table again, then exercise after exercise."""
    lab = few_images(lab)
    networks = [with_history(lab, seed) for seed in lab.seeds]
    models = [model for model, _ in networks]
    lab.record(number("parameters", [parameter_count(models[0])], "count"))
    record_table(lab, models)
    _training_curve(lab, networks[0][1])
    _trainings(lab)
    _attacks(lab, models[0])
    if not lab.quick and onnx_export.installed():
        _onnx(lab, models[0])


# --- the exercises ------------------------------------------------------------------------------


def _training_curve(lab: Lab, note: Mapping[str, Any]) -> None:
    """Exercise 2: loss and accuracy over epochs, as they were seen while training."""
    lab.keep("training", {"loss": note["loss"], "accuracy": note["accuracy"]})
    first, last = (100 * note["accuracy"][epoch] for epoch in (0, -1))
    lab.record(
        words("exercise-2", f"{first:.1f} % after the first epoch, {last:.1f} % after the last")
    )


def _trainings(lab: Lab) -> None:
    """Exercises 1, 3, 4, 5 and 7: what a change of the training does to the same network."""
    part = replace(lab, data=lab.data.take(train=SMALL_TRAIN))
    test = lab.data.take(test=SMALL_TEST).test

    def look(model: nn.Module) -> list[int]:
        correct: list[int] = fgsm_counts(model, test.images, test.labels, (0.0, SHOWN))["correct"]
        return correct

    outcomes = {}
    for name, (title, recipe) in VARIANTS.items():
        models = [_variant(part, name, recipe, seed) for seed in lab.seeds]
        looks = lab.each(f"{name} attacked", look, models)
        clean, left = ([x[k] for x in looks] for k in (0, 1))
        measured = [
            share(f"{name}-clean", clean, len(test), f"{title}: clean"),
            share(f"{name}-fgsm", left, len(test), f"{title}: under FGSM at {SHOWN:g}"),
        ]
        lab.record(*measured)
        outcomes[name] = tuple(m.value for m in measured)
    for number_, names in EXERCISES.items():
        told = "; ".join(f"{name} {_pair(outcomes[name])}" for name in names)
        lab.record(words(f"exercise-{number_}", f"base {_pair(outcomes['base'])}; {told}"))


EXERCISES = {
    "1": ("step",),
    "3": ("batch-16", "batch-256", "batch-1024"),
    "4": ("norm",),
    "5": ("sgd", "adamw"),
    "7": ("adversarial",),
}
"""Exercises that compare trainings, and the variants each is answered with."""


def _pair(outcome: tuple[Any, ...]) -> str:
    return " / ".join(f"{value:.1f}" for value in outcome)


def _variant(lab: Lab, name: str, recipe: Recipe, seed: int) -> nn.Module:
    """One network of `VARIANTS`, trained on the lab's images."""
    recipe = replace(recipe, seed=seed, epochs=1 if lab.quick else recipe.epochs)
    make: Callable[[], nn.Module] = maker(lab, seed)
    perturb: Perturb | None = None
    if name == "norm":
        make = partial(with_batch_norm, make)
    if name == "adversarial":
        perturb = clean_and_fgsm(SHOWN, bfloat16=True)
    model, _ = trained(
        lab, f"{name} {seed}", make, recipe, perturb=perturb, network=NETWORK, variant=name
    )
    return model


def with_batch_norm(make: Callable[[], nn.Module]) -> nn.Module:
    """The network that `make` builds, with batch normalisation after each convolution."""
    chain = nn.Sequential()
    for name, layer in make().named_children():
        chain.add_module(name, layer)
        if isinstance(layer, nn.Conv2d):
            chain.add_module(name.replace("conv", "norm"), nn.BatchNorm2d(layer.out_channels))
    return chain


def _attacks(lab: Lab, model: nn.Module) -> None:
    """Exercises 6 and 9: PGD, and the table's epsilons under noise, FGSM and PGD."""
    test = lab.data.take(test=50 if lab.quick else PGD_IMAGES).test
    steps = 5 if lab.quick else PGD_STEPS
    images, labels, epsilons = test.images, test.labels, tuple(TABLE)

    def look() -> dict[str, list[int]]:
        worst = [worst_of(model, images, labels, e, steps=steps, restarts=1) for e in epsilons]
        noise = [accuracy(model, sign_noise(model, images, labels, e, 0), labels) for e in epsilons]
        return {
            "random sign noise": [round(a * len(test)) for a in noise],
            "FGSM": fgsm_counts(model, images, labels, epsilons)["correct"],
            f"PGD, {steps} steps": [round(w.left["cross-entropy 1"] * len(test)) for w in worst],
            "PGD, then on the margin": [round(w.accuracy * len(test)) for w in worst],
        }

    looked = lab.stage("attacks", look)
    for name, correct in looked.items():
        lab.curve(
            name,
            network=NETWORK,
            attack=name,
            epsilons=epsilons,
            correct=[correct],
            total=len(test),
        )
        for epsilon, left in zip(epsilons[1:], correct[1:], strict=True):
            lab.record(
                share(f"{name}-{epsilon:g}", [left], len(test), f"{name} at ε = {epsilon:g}")
            )
    at = epsilons.index(SHOWN)
    left = {name: 100 * correct[at] / len(test) for name, correct in looked.items()}
    _, one_step, many, _ = left.values()
    told = ", ".join(f"{name} {value:.1f} %" for name, value in left.items())
    lab.record(
        words("exercise-6", f"at ε = {SHOWN:g} FGSM leaves {one_step:.1f} %, PGD {many:.1f} %"),
        words("exercise-9", f"left at ε = {SHOWN:g}: {told}"),
    )


def _onnx(lab: Lab, model: nn.Module) -> None:
    """Exercise 8: the exported network gives the same logits, and falls for the same images."""
    test = lab.data.take(test=SMALL_TEST).test

    def look() -> dict[str, Any]:
        exported = onnx_export.export(model, lab.data.image_shape)
        attack = partial(fgsm, epsilon=SHOWN)
        attacked = attack_in_batches(attack, model, test.images, test.labels)
        there = {n: onnx_export.run(exported, x) for n, x in _both(test, attacked).items()}
        here = {n: predict(model, x) for n, x in _both(test, attacked).items()}
        return {
            "bytes": len(exported),
            "difference": max((there[n] - here[n]).abs().max().item() for n in here),
            "same": sum(_agree(there[n], here[n]) for n in here),
            "fooled": {n: int((there[n].argmax(dim=1) == test.labels).sum()) for n in there},
        }

    looked = lab.stage("ONNX", look)
    total = 2 * len(test)
    lab.record(
        words("exercise-8", f"{looked['same']:,} of {total:,} answers the same as PyTorch's"),
        number("onnx-difference", [looked["difference"]], "", "ONNX: largest change of a logit"),
        number("onnx-bytes", [looked["bytes"]], "count", "ONNX: bytes of the file"),
        share("onnx-clean", [looked["fooled"]["clean"]], len(test), "ONNX: clean"),
        share(
            "onnx-fgsm",
            [looked["fooled"]["attacked"]],
            len(test),
            f"ONNX: under FGSM at {SHOWN:g} made with PyTorch",
        ),
    )


def _both(test: Split, attacked: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"clean": test.images, "attacked": attacked}


def _agree(first: torch.Tensor, second: torch.Tensor) -> int:
    return int((first.argmax(dim=1) == second.argmax(dim=1)).sum())


def picture(result: Mapping[str, Any]) -> CourseFigure:
    """Accuracy against epsilon under each attack, as the last exercise asks."""
    from solutions.reproductions.figures_mnist import attack_curves  # noqa: PLC0415  matplotlib

    return attack_curves(result)


REPORT = Report(
    "003",
    title="Understanding Adversarial Attacks Through MNIST (tutorial)",
    authors="Scott Thornton",
    network=NETWORK,
    profiles=("mnist",),
    seeds=(0,),
    published=PUBLISHED,
    findings=FINDINGS,
    run=run,
    picture=picture,
)
