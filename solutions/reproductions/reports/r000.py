"""Report 000: FGSM and FGSM training on MNIST at 2 to 8/255, and a "naturally robust" network.

What it says stands in `claims000.py`. Its own list of future work is done here too: PGD with 40
steps, the worst of several attacks, larger epsilons, other data.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from course.data import Split
from course.metrics import confidence, predict
from course.models import build, parameter_count
from course.training import PUBLISHED_MNIST, Recipe
from solutions.evaluation import BoundAttack, survival
from solutions.fgsm import fgsm, loss_gradient
from solutions.pgd import margin_loss, pgd
from solutions.random_search import random_search
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import fgsm_counts, trained
from solutions.reproductions.record import number, share, words
from solutions.reproductions.reports.claims000 import FINDINGS, PRINTED_MEAN, PRINTED_STD, PUBLISHED
from solutions.reproductions.runner import Report

NETWORK = "wide-cnn"
PLAIN = replace(PUBLISHED_MNIST, channels_last=True, bfloat16=True)  # 5 epochs, SGD .01/.9, 128
DEFENDED = replace(PLAIN, epochs=8)
EPSILON = 8 / 255  # of its training, its diagnostics and its headline
ITS_OWN = {"2/255": 2 / 255, "4/255": 4 / 255, "8/255": 8 / 255}
LARGER = {"16/255": 16 / 255, "0.1": 0.1, "32/255": 32 / 255, "0.2": 0.2, "0.3": 0.3}
STRONG = {"8/255": 8 / 255, "16/255": 16 / 255, "0.1": 0.1, "32/255": 32 / 255, "0.3": 0.3}
SEARCHED = ("8/255", "0.1")  # where random search is tried as well
STEPS, QUERIES = 40, 200
STRONG_IMAGES = 300
BATCH_TEST = 100  # images of its batch test
SHORTCUT_IMAGES = 20_000  # one epoch on these shows what bfloat16 changes


def run(lab: Lab) -> None:
    """Train both networks for each seed; run its attacks, and those that it left for later."""
    test = lab.data.test
    plain_recipe, defended_recipe = (
        replace(recipe, epochs=2, batch_size=32) if lab.quick else recipe
        for recipe in (PLAIN, DEFENDED)
    )
    plain = [_trained(lab, plain_recipe, seed) for seed in lab.seeds]
    defended = [_trained(lab, defended_recipe, seed, defend=True) for seed in lab.seeds]
    networks = {
        "plain": [model for model, _ in plain],
        "defended": [model for model, _ in defended],
    }
    lab.record(
        number("parameters", [parameter_count(networks["plain"][0])], "count"),
        number("train-images", [len(lab.data.train)], "count"),
        number("test-images", [len(test)], "count"),
        words(
            "recipe",
            f"{plain_recipe.optimizer}, {plain_recipe.learning_rate:g}, "
            f"{plain_recipe.momentum:g}, batch {plain_recipe.batch_size}, {plain_recipe.epochs} "
            f"and {defended_recipe.epochs} epochs, seed {lab.seeds[0]}",
        ),
        words("versions", f"{torch.__version__}, {np.__version__}"),
        *(number(f"epsilon-{shown}", [value], "") for shown, value in ITS_OWN.items()),
        # n - 1 of n pixels: its deviation divides by one pixel less.
        number("published-spread", [math.sqrt(PRINTED_MEAN**2 + PRINTED_STD**2 * 783 / 784)], ""),
    )
    _training_time(lab, [n for _, n in plain], [n for _, n in defended])
    counts = {name: _curves(lab, name, models, test) for name, models in networks.items()}
    _improvements(lab, counts, len(test))
    _unclamped(lab, networks["plain"], test)
    _diagnostics(lab, networks["plain"], test)
    worst = {name: _stronger(lab, name, models, test) for name, models in networks.items()}
    gains = [b - a for a, b in zip(worst["plain"], worst["defended"], strict=True)]
    lab.record(number("worst-gain-0.1", gains, "points"))
    _inference_time(lab, networks["plain"][0], networks["defended"][0], test)
    _shortcuts(lab, networks["plain"][0], plain_recipe, test)


def _trained(
    lab: Lab, recipe: Recipe, seed: int, *, defend: bool = False, train: Split | None = None
) -> tuple[nn.Module, dict[str, Any]]:
    channels, side, _ = lab.data.image_shape
    make = partial(
        build,
        NETWORK,
        in_channels=channels,
        image_size=side,
        num_classes=lab.data.num_classes,
        seed=seed,
    )
    bits = "bfloat16" if recipe.bfloat16 else "float32"
    name = f"{'defended' if defend else 'plain'} {seed} {bits} {recipe.epochs} epochs"
    return trained(
        lab,
        name,
        make,
        replace(recipe, seed=seed),
        train=train,
        perturb=partial(_half_attacked, EPSILON) if defend else None,
        network=NETWORK,
        defend=defend,
    )


def _half_attacked(epsilon: float, model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
    """The batch with its first half attacked: which images those are is drawn anew each epoch."""
    half = len(x) // 2
    if half == 0:
        return x
    with torch.autocast(x.device.type, torch.bfloat16):
        attacked = fgsm(model, x[:half], y[:half], epsilon)
    return torch.cat([attacked, x[half:]])


# --- what it measured ---------------------------------------------------------------------------


def _training_time(lab: Lab, plain: list[Any], defended: list[Any]) -> None:
    seconds = {"plain": [n["seconds"] for n in plain], "defended": [n["seconds"] for n in defended]}
    ratios = [b / a for a, b in zip(*seconds.values(), strict=True)]
    totals = [a + b for a, b in zip(*seconds.values(), strict=True)]
    lab.record(
        *(number(f"{name}-seconds", values, "s") for name, values in seconds.items()),
        number("time-ratio", ratios, "x"),
        number("total-seconds", totals, "s"),
    )


def _curves(lab: Lab, name: str, models: list[nn.Module], test: Split) -> list[dict[str, Any]]:
    """FGSM on all test images at its epsilons and larger ones, with its clamp and without."""
    epsilons = {"0": 0.0} | ITS_OWN | LARGER
    values = list(epsilons.values())
    counts = lab.each(
        f"FGSM {name}", lambda m: fgsm_counts(m, test.images, test.labels, values), models, of=name
    )
    clean = [c["clean"] for c in counts]
    lab.record(share(f"{name}-clean", clean, len(test)))
    for place, shown in enumerate(epsilons):
        if shown == "0":
            continue
        fooled = [c["clean"] - c["both"][place] for c in counts]
        lab.record(
            share(
                f"{name}-fgsm-{shown}",
                [c["correct"][place] for c in counts],
                len(test),
                f"{name.capitalize()}, FGSM at ε = {shown}",
            ),
            share(
                f"{name}-fooled-{shown}", fooled, clean, f"{name.capitalize()}, fooled at {shown}"
            ),
        )
    lab.curve(
        f"FGSM {name}",
        network=NETWORK,
        attack="FGSM",
        epsilons=values,
        correct=[c["correct"] for c in counts],
        total=len(test),
    )
    return counts


def _unclamped(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """FGSM as its formula stands, without a clamp: pixels may leave [0, 1]."""
    loose = lab.each(
        "FGSM unclamped",
        lambda m: fgsm_counts(m, test.images, test.labels, [EPSILON], clamp=False)["correct"][0],
        models,
    )
    title = "Plain, FGSM at ε = 8/255 with pixels outside [0, 1]"
    lab.record(share("plain-unclamped-8/255", loose, len(test), title))


def _improvements(lab: Lab, counts: Mapping[str, list[dict[str, Any]]], total: int) -> None:
    """Defended minus plain, in points, at each of its epsilons."""
    gains: dict[str, list[float]] = {
        shown: [
            100 * (after["correct"][place] - before["correct"][place]) / total
            for before, after in zip(counts["plain"], counts["defended"], strict=True)
        ]
        for place, shown in enumerate(["0", *ITS_OWN])
    }
    lab.record(
        *(number(f"gain-{shown}", values, "points") for shown, values in gains.items()),
        number(
            "gain-average",
            [sum(row) / len(ITS_OWN) for row in zip(*(gains[s] for s in ITS_OWN), strict=True)],
            "points",
        ),
    )


def _diagnostics(lab: Lab, models: list[nn.Module], test: Split) -> None:
    """Attack its single image and its hundred images, and measure the network's confidence."""

    def look(model: nn.Module) -> dict[str, Any]:
        image, label = test.images[:1], test.labels[:1]
        gradient = loss_gradient(model, image, label)
        sure = predict(model, image).softmax(dim=1).amax()
        change = EPSILON * gradient.sign()
        kept = fgsm(model, image, label, EPSILON) - image
        chosen = torch.randperm(len(test), generator=torch.Generator().manual_seed(42))[:BATCH_TEST]
        batch = test[chosen]
        return {
            "label": int(label),
            "prediction": int(predict(model, image).argmax()),
            "confidence": 100 * sure.item(),
            "gradient": [
                gradient.min().item(),
                gradient.max().item(),
                gradient.std().item(),
                int((gradient != 0).sum()),
            ],
            "unclamped": [change.abs().max().item(), change.mean().item(), change.std().item()],
            "clamped": [kept.abs().max().item(), kept.mean().item(), kept.std().item()],
            "sure": int((confidence(model, test.images) > 0.99).sum()),
            "batch": fgsm_counts(model, batch.images, batch.labels, [EPSILON]),
        }

    looks = lab.each("diagnostics", look, models)
    first = looks[0]
    lab.record(
        words("first-label", f"{first['label']}, read as {first['prediction']}"),
        number("first-confidence", [look["confidence"] for look in looks], "%"),
    )
    for place, what in enumerate(("min", "max", "std")):
        lab.record(number(f"gradient-{what}", [look["gradient"][place] for look in looks], ""))
    lab.record(number("gradient-nonzero", [look["gradient"][3] for look in looks], "count"))
    for kind in ("unclamped", "clamped"):
        for place, what in enumerate(("max", "mean", "std")):
            lab.record(
                number(
                    f"{kind}-{what}",
                    [look[kind][place] for look in looks],
                    "",
                    f"Perturbation of the first image, {kind}: {what}",
                )
            )
    batches = [look["batch"] for look in looks]
    right = [b["clean"] for b in batches]
    lab.record(
        share("sure", [look["sure"] for look in looks], len(test)),
        share("batch-clean", right, [b["total"] for b in batches]),
        share("batch-robust", [b["correct"][0] for b in batches], [b["total"] for b in batches]),
        share("batch-fooled", [b["clean"] - b["both"][0] for b in batches], right),
    )


# --- what it left for later ---------------------------------------------------------------------


def _stronger(lab: Lab, name: str, models: list[nn.Module], test: Split) -> list[float]:
    """PGD with 40 steps, and the worst of several attacks, on the first images.

    Returns what the worst leaves of each network at 0.1, in %.
    """
    first = test[: 50 if lab.quick else STRONG_IMAGES]
    images, labels = first.images, first.labels
    epsilons = {"0.1": 0.1} if lab.quick else STRONG
    lefts: list[list[dict[str, float]]] = []
    at_a_tenth: list[float] = []
    for shown, epsilon in epsilons.items():

        def look(
            model: nn.Module, epsilon: float = epsilon, shown: str = shown
        ) -> dict[str, float]:
            steps = 4 if lab.quick else STEPS
            attacks = _attacks(epsilon, lab.device, searched=shown in SEARCHED, steps=steps)
            return survival(model, images, labels, attacks).left

        left = lab.each(f"worst case {name} {shown}", look, models, of=name)
        lefts.append(left)
        if shown == "0.1":
            at_a_tenth = [100 * list(one.values())[-1] for one in left]
        for attack, key in (("PGD", "pgd"), (list(left[0])[-1], "worst")):
            hits = [round(one[attack] * len(labels)) for one in left]
            told = "PGD-40" if key == "pgd" else "worst of " + ", ".join(list(left[0])[1:])
            title = f"{name.capitalize()}, {told} at ε = {shown}"
            lab.record(share(f"{name}-{key}-{shown}", hits, len(labels), title))
    correct = [
        [round(one["clean"] * len(labels)) for one in lefts[0]],
        *([round(one["PGD"] * len(labels)) for one in left] for left in lefts),
    ]
    lab.curve(
        f"PGD {name}",
        network=NETWORK,
        attack=f"PGD-{STEPS}",
        epsilons=[0.0, *epsilons.values()],
        correct=[list(row) for row in zip(*correct, strict=True)],
        total=len(labels),
    )
    return at_a_tenth


def _attacks(
    epsilon: float, device: torch.device, *, searched: bool, steps: int
) -> dict[str, BoundAttack]:
    """PGD on two losses and a search without gradients, as in AutoAttack (Croce & Hein 2020)."""
    step_size = 2.5 * epsilon / steps

    def iterated(seed: int, **loss: Any) -> BoundAttack:
        generator = torch.Generator(device).manual_seed(seed)
        return partial(
            pgd, epsilon=epsilon, step_size=step_size, steps=steps, generator=generator, **loss
        )

    attacks: dict[str, BoundAttack] = {
        "PGD": iterated(0),
        "PGD on the margin": iterated(1, loss=margin_loss),
    }
    if searched:
        attacks["random search"] = partial(
            random_search,
            epsilon=epsilon,
            queries=steps * QUERIES // STEPS,
            generator=torch.Generator(device).manual_seed(2),
        )
    return attacks


def _inference_time(lab: Lab, plain: nn.Module, defended: nn.Module, test: Split) -> None:
    """Median of several passes over some images, one network after the other in turn."""
    images = test.images[:200]

    def look() -> float:
        seconds: dict[str, list[float]] = {"plain": [], "defended": []}
        for _ in range(3):
            for name, model in (("plain", plain), ("defended", defended)):
                start = time.perf_counter()
                predict(model, images)
                seconds[name].append(time.perf_counter() - start)
        before, after = (sorted(values)[1] for values in seconds.values())
        return after / before

    lab.record(number("inference-ratio", [lab.stage("inference time", look)], "x"))


def _shortcuts(lab: Lab, plain: nn.Module, recipe: Recipe, test: Split) -> None:
    """What bfloat16 changed, on the first seed: in training, and in the attack trained on."""
    first = lab.data.train[:SHORTCUT_IMAGES]
    pair = [
        _trained(lab, replace(recipe, epochs=1, bfloat16=bits), lab.seeds[0], train=first)[0]
        for bits in (True, False)
    ]
    found = [
        lab.stage(
            "shortcut: training",
            partial(fgsm_counts, model, test.images, test.labels, (0.0, EPSILON)),
            training=name,
        )["correct"]
        for name, model in zip(("bfloat16", "float32"), pair, strict=True)
    ]
    told = f"training in bfloat16, channels last, compared after {len(first):,} images"
    for place, what in enumerate(("clean accuracy", "accuracy under FGSM at ε = 8/255")):
        taken, without = (100 * counts[place] / len(test) for counts in found)
        lab.shortcut(told, what, taken, without, "%")

    def look() -> list[int]:
        left = []
        for bfloat16 in (True, False):
            right = 0
            for x, y in zip(test.images.split(128), test.labels.split(128), strict=True):
                with torch.autocast(x.device.type, torch.bfloat16, enabled=bfloat16):
                    attacked = fgsm(plain, x, y, EPSILON)
                right += int((predict(plain, attacked).argmax(dim=1) == y).sum())
            left.append(right)
        return left

    taken, without = (100 * hits / len(test) for hits in lab.stage("shortcut: attack", look))
    told = "gradients in bfloat16 for the images trained on (every verdict is in float32)"
    lab.shortcut(told, "accuracy of the plain network under FGSM at ε = 8/255", taken, without, "%")


REPORT = Report(
    "000",
    title="MNIST Adversarial Machine Learning Experiment Report",
    authors="MBOHOU Fils Aboubakar Sidik, GUEMGNO Defeugaing Harold, DIALLO Abdoul Mazid, "
    "NDOM Christian Manuel",
    network=NETWORK,
    profiles=("mnist", "cifar10"),
    seeds=(42,),
    published=PUBLISHED,
    findings=FINDINGS,
    run=run,
)
