"""Report 002: an article that attacks MNIST with FGSM and looks inside the network with hooks.

What it says stands in `claims002.py`; network, recipe and table, which report 003 prints too, in
`simple_cnn.py`. Beyond the table: its monitor as printed and repaired, how an attack moves each
layer, whether an attack on one network fools another, and what training on attacks costs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import torch.nn.functional as F
from torch import Tensor, nn

from course.data import Split
from course.metrics import accuracy, predict
from course.models import build, parameter_count
from course.training import Recipe
from solutions.evaluation import attack_in_batches, worst_of
from solutions.fgsm import fgsm
from solutions.figures.image_grid import grid_figure, image_grid
from solutions.hooks import ActivationMonitor, activation_drift, statistics
from solutions.random_search import sign_noise
from solutions.reproductions.lab import Lab
from solutions.reproductions.measure import fgsm_counts, trained
from solutions.reproductions.record import number, share, words
from solutions.reproductions.reports.claims002 import FINDINGS, PUBLISHED
from solutions.reproductions.runner import Report
from solutions.reproductions.simple_cnn import NETWORK, PRINTED, network, record_table
from solutions.reproductions.trainings import few_images, only_pgd

if TYPE_CHECKING:
    from course.plots import CourseFigure

SHOWN = 0.1  # the epsilon it looks inside the network at, in pixels
INSIDE = 500  # images to watch layers on
# The trade-off is measured on a network that is quick to attack.
TRADE_NETWORK = "strided-cnn"
TRADE_EPSILONS = (0.0, 0.1, 0.2, 0.3)
TRADE_RECIPE = Recipe(epochs=4, batch_size=128, learning_rate=0.005)
TRADE_IMAGES = 20_000
SHORT_IMAGES = 10_000  # to see what bfloat16 changes, training on a part is enough
PGD_STEPS, PGD_IMAGES = 40, 1_000


def run(lab: Lab) -> None:
    """Train a network for each seed; read its table in every way; look inside; trade off."""
    lab = few_images(lab)
    models = [network(lab, seed) for seed in lab.seeds]
    lab.record(number("parameters", [parameter_count(models[0])], "count"))
    record_table(lab, models)
    _monitor(lab, models[0])
    _drift(lab, models)
    _transfer(lab, models)
    _rate(lab, models[0])
    _trade_off(lab)
    lab.keep("grid", lab.stage("grid", partial(_grid, models[0], lab.data.test)))
    _shortcut(lab)


# --- looking inside -----------------------------------------------------------------------------


class ReLUsCalled(nn.Module):
    """The same layers in the same order, but each ReLU is a call of a function, as printed."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.order: list[str] = []
        for name, layer in model.named_children():
            called = isinstance(layer, nn.ReLU)
            self.order.append("" if called else name)
            if not called:
                self.add_module(name, layer)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0,1] to logits (N, num_classes)."""
        x = images
        for name in self.order:
            x = getattr(self, name)(x) if name else F.relu(x)
        return x


def printed_monitor(model: nn.Module, images: Tensor) -> dict[str, dict[str, Any]]:
    """Return what the printed monitor records: statistics by layer, from a hook on every `nn.ReLU`.

    images (n, C, H, W) in [0,1], as one batch.
    """
    kept: dict[str, dict[str, Any]] = {}

    def keep(name: str, module: nn.Module, inputs: Any, output: Tensor) -> None:
        kept[name] = statistics(output)

    handles = [
        module.register_forward_hook(partial(keep, name))
        for name, module in model.named_modules()
        if isinstance(module, nn.ReLU)
    ]
    try:
        predict(model, images, batch_size=len(images))
    finally:
        for handle in handles:
            handle.remove()
    return kept


def _monitor(lab: Lab, model: nn.Module) -> None:
    """The printed monitor on the printed network; then with ReLUs as modules, every layer."""
    test = lab.data.test[:INSIDE]

    def look() -> dict[str, Any]:
        attacked = fgsm(model, test.images, test.labels, SHOWN)
        inside = {}
        for name, images in (("clean", test.images), ("attacked", attacked)):
            with ActivationMonitor(model) as monitor:
                predict(model, images, batch_size=len(images))
            inside[name] = monitor.stats
        return {
            "printed": printed_monitor(ReLUsCalled(model), test.images),
            "ReLUs as modules": printed_monitor(model, test.images),
            "repaired": inside,
        }

    looked = lab.stage("monitor", look)
    lab.keep("monitor", looked)
    repaired = looked["repaired"]
    first = {name: stats["relu1"] for name, stats in repaired.items()}
    lab.record(
        number("monitor-printed", [len(looked["printed"])], "count"),
        number(
            "monitor-relus", [len(looked["ReLUs as modules"])], "count", "With ReLUs as modules"
        ),
        number("monitor-repaired", [len(repaired["clean"])], "count", "Layers seen when repaired"),
    )
    for what in ("mean", "std", "max", "zero_fraction"):
        clean, attacked = (first[name][what] for name in ("clean", "attacked"))
        told = f"First ReLU, {what.replace('_', ' ')}"
        lab.record(
            number(f"relu1-{what}-clean", [clean], "", f"{told}: clean"),
            number(f"relu1-{what}-attacked", [attacked], "", f"{told}: attacked"),
        )


def _drift(lab: Lab, models: list[nn.Module]) -> None:
    """How far FGSM and noise of the same size move each layer, and whether that grows."""
    test = lab.data.test[:INSIDE]

    def look(model: nn.Module) -> dict[str, dict[str, float]]:
        attacks = {
            "FGSM": fgsm(model, test.images, test.labels, SHOWN),
            "random sign noise": sign_noise(model, test.images, test.labels, SHOWN, 0),
        }
        return {
            name: activation_drift(model, test.images, images) for name, images in attacks.items()
        }

    looks = lab.each("drift", look, models)
    mean = {
        name: {
            layer: sum(x[name][layer] for x in looks) / len(looks)
            for layer in looks[0][name]
            # A reshaping moves nothing, and dropout does nothing when a network is evaluated.
            if layer not in ("flatten", "dropout")
        }
        for name in looks[0]
    }
    lab.keep("drift", mean)
    lab.record(
        words("cascade", _cascade(mean["FGSM"])),
        *(
            number(
                f"drift-{layer}",
                [100 * x["FGSM"][layer] for x in looks],
                "%",
                f"FGSM moves {layer} by",
            )
            for layer in mean["FGSM"]
        ),
        number(
            "drift-noise",
            [100 * x["random sign noise"]["logits"] for x in looks],
            "%",
            "Noise of the same size moves logits by",
        ),
    )


def _cascade(drift: Mapping[str, float]) -> str:
    """In how many of the steps from layer to layer the drift grows."""
    sizes = list(drift.values())
    grows = sum(after > before for before, after in pairwise(sizes))
    return f"grows in {grows} of {len(sizes) - 1} steps"


# --- what else it says --------------------------------------------------------------------------


def _transfer(lab: Lab, models: list[nn.Module]) -> None:
    """FGSM images made on the first network, shown to the others."""
    test, others = lab.data.test, models[1:]
    if not others:
        return
    for epsilon in (0.1, 0.2):

        def look(epsilon: float = epsilon) -> list[int]:
            attack = partial(fgsm, epsilon=epsilon)
            images = attack_in_batches(attack, models[0], test.images, test.labels)
            return [round(accuracy(m, images, test.labels) * len(test)) for m in models]

        own, *transferred = lab.stage("transfer", look, epsilon=epsilon)
        told = f"FGSM at ε = {epsilon:g} made on one network"
        lab.record(
            share(f"transfer-{epsilon:g}-own", [own], len(test), f"{told}: left on it"),
            share(f"transfer-{epsilon:g}", transferred, len(test), f"{told}: left on others"),
        )


def _rate(lab: Lab, model: nn.Module) -> None:
    """Measure how many images FGSM attacks per second on this machine."""
    test = lab.data.test[:PGD_IMAGES]

    def look() -> float:
        start = time.perf_counter()
        attack_in_batches(partial(fgsm, epsilon=SHOWN), model, test.images, test.labels)
        return len(test) / (time.perf_counter() - start)

    lab.record(number("rate", [round(lab.stage("rate", look))], "count"))


def _trade_off(lab: Lab) -> None:
    """Networks trained on PGD at rising epsilon: right on clean images, and under PGD."""
    test = lab.data.take(test=PGD_IMAGES).test
    steps = 5 if lab.quick else PGD_STEPS
    channels, side, _ = lab.data.image_shape
    part = replace(lab, data=lab.data.take(train=TRADE_IMAGES))
    seconds = []
    for epsilon in TRADE_EPSILONS:
        model, note = trained(
            part,
            f"trade-off {epsilon:g}",
            partial(
                build,
                TRADE_NETWORK,
                in_channels=channels,
                image_size=side,
                num_classes=lab.data.num_classes,
                seed=0,
            ),
            TRADE_RECIPE,
            perturb=only_pgd(epsilon) if epsilon else None,
            network=TRADE_NETWORK,
            epsilon=epsilon,
        )

        def look(model: nn.Module = model) -> dict[str, Any]:
            worst = [
                worst_of(model, test.images, test.labels, e, steps=steps, restarts=1)
                for e in TRADE_EPSILONS[1:]
            ]
            images, labels = lab.data.test.images, lab.data.test.labels
            return {
                "clean": round(accuracy(model, images, labels) * len(labels)),
                "sample": [round(w.left["clean"] * len(test)) for w in worst[:1]]
                + [round(w.accuracy * len(test)) for w in worst],
            }

        looked = lab.stage("trade-off attacked", look, epsilon=epsilon)
        seconds.append(note["seconds"])
        lab.curve(
            f"trained at {epsilon:g}",
            network=TRADE_NETWORK,
            attack=f"PGD-{steps} on cross-entropy, then on the margin",
            epsilons=TRADE_EPSILONS,
            correct=[looked["sample"]],
            total=len(test),
        )
        lab.record(
            share(
                f"trade-{epsilon:g}-clean",
                [looked["clean"]],
                len(lab.data.test),
                f"Trained at ε = {epsilon:g}: clean",
            ),
            *(
                share(
                    f"trade-{epsilon:g}-{e:g}",
                    [left],
                    len(test),
                    f"Trained at ε = {epsilon:g}: under PGD at {e:g}",
                )
                for e, left in zip(TRADE_EPSILONS[1:], looked["sample"][1:], strict=True)
            ),
        )
    lab.record(number("trade-time", [max(seconds[1:]) / seconds[0]], "x"))


def _shortcut(lab: Lab) -> None:
    """What training in bfloat16 changes: the first seed, trained on a part in both ways."""
    part = replace(lab, data=lab.data.take(train=SHORT_IMAGES))
    test, epsilons = lab.data.test, (0.0, *PRINTED)
    taken, without = (
        lab.stage(
            "shortcut",
            partial(
                fgsm_counts,
                network(part, lab.seeds[0], bfloat16=bits),
                test.images,
                test.labels,
                epsilons,
            ),
            bfloat16=bits,
        )["correct"]
        for bits in (True, False)
    )
    for epsilon, a, b in zip(epsilons, taken, without, strict=True):
        lab.shortcut(
            "training in bfloat16, channels last",
            f"accuracy at ε = {epsilon:g} in pixels, trained on {len(part.data.train):,} images",
            100 * a / len(test),
            100 * b / len(test),
            "%",
        )


def _grid(model: nn.Module, test: Split) -> dict[str, Any]:
    """The first test image of six digits, whatever becomes of them."""
    chosen = [int((test.labels == label).nonzero()[0]) for label in range(6)]
    return image_grid(model, test.images[chosen], test.labels[chosen], SHOWN)


def picture(result: Mapping[str, Any]) -> CourseFigure:
    """Images, their change magnified ten times, and what the network then reads."""
    return grid_figure(result["kept"]["grid"])


REPORT = Report(
    "002",
    title="Understanding Adversarial Attacks Through MNIST (article)",
    authors="perfecXion Research Team",
    network=NETWORK,
    profiles=("mnist",),
    seeds=(0, 1),
    published=PUBLISHED,
    findings=FINDINGS,
    run=run,
    picture=picture,
)
