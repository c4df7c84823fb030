"""Compares the speed of the course's attacks with Foolbox's, on the same model and images.

    python benchmarks/attacks.py [--data digits] [--repeats 5] [--device cpu]

Results are compared before anything is timed, and a difference ends the run. Then the libraries
take turns, so that other work on the machine affects both; the table shows medians. It
is also written to build/benchmarks/attacks.json. The thread count is PyTorch's: OMP_NUM_THREADS.

Where the speed comes from:

- PGD. The arithmetic is the same 40 gradients. In one batch of 256, a layer's output of
  simple-cnn is tens of megabytes, written to memory and read back at every step;
  `attack_in_batches` uses batches of 64, and the channels-last layout, in which the convolution
  kernels need not rearrange what they read. "one batch" shows the attack without either.
- FGSM curve. The gradient is taken at the clean images and does not depend on epsilon: one for
  the whole curve, then a forward pass for each point. Foolbox takes a gradient and a forward pass
  for each epsilon. Counting a backward pass as two forward passes, that is 3 + 8 against 8 * 4.
  `curve_in_batches` adds the same batches and layout as above.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import foolbox
import torch
import torch.nn.functional as F
from machine import machine, wait_for
from torch import Tensor, nn

from course.cli import add_device
from course.data import load
from course.errors import CourseError
from course.inputs import chosen_device
from course.metrics import accuracy, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.evaluation import attack_in_batches, curve_in_batches
from solutions.fgsm import robustness_curve
from solutions.pgd import pgd

MODEL = "simple-cnn"
EPSILON, STEP_SIZE, STEPS = 0.1, 0.01, 40
EPSILONS = [k / 255 for k in (2, 4, 8, 16, 26, 38, 51, 77)]
OUT = Path("build/benchmarks/attacks.json")

Contestants = dict[str, Callable[[], object]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--data", default="digits", help="profile (default: %(default)s)")
    arguments.add_argument("--repeats", type=int, default=5, help="at least 3")
    add_device(arguments)
    args = arguments.parse_args()
    device = chosen_device(args.device)
    try:
        dataset = load(args.data, train=1_200, test=256).to(device)
    except CourseError as error:
        sys.exit(f"attacks.py: {error}")
    model = build(MODEL, seed=0).to(device)
    fit(model, dataset.train.images, dataset.train.labels, plain_recipe(3), progress=False)
    images, labels = dataset.test.images, dataset.test.labels
    sections = {
        f"PGD-{STEPS}, 256 images": (
            pgd_contestants(model, images, labels),
            partial(require_equal_attacks, model, labels),
        ),
        f"FGSM curve, {len(EPSILONS)} epsilons, 256 images": (
            curve_contestants(model, images, labels),
            require_equal_curves,
        ),
    }
    report = {"machine": machine("foolbox"), "model": MODEL, "data": args.data}
    report |= {"device": args.device, "seconds": {}}
    print(report["machine"])
    for title, (contestants, require_equal) in sections.items():
        print(f"\n{title} of {args.data}, {MODEL}")
        # This is the warm-up too.
        print(require_equal({name: run() for name, run in contestants.items()}))
        seconds = take_turns(contestants, max(3, args.repeats), device)
        print_table(seconds)
        report["seconds"][title] = seconds
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nwritten to {OUT}")


def pgd_contestants(model: nn.Module, images: Tensor, labels: Tensor) -> Contestants:
    wrapped = foolbox.PyTorchModel(model.eval(), bounds=(0, 1))
    theirs = foolbox.attacks.LinfPGD(abs_stepsize=STEP_SIZE, steps=STEPS, random_start=False)
    ours = partial(pgd, epsilon=EPSILON, step_size=STEP_SIZE, steps=STEPS, random_start=False)
    return {
        "foolbox": lambda: theirs(wrapped, images, labels, epsilons=EPSILON)[1],
        "one batch": lambda: ours(model, images, labels),
        "in batches": lambda: attack_in_batches(ours, model, images, labels),
    }


def mean_loss(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    return F.cross_entropy(predict(model, images), labels).item()


def require_equal_attacks(model: nn.Module, labels: Tensor, found: dict[str, Tensor]) -> str:
    """Bit for bit in one batch. In batches the kernels add up in another order: a gradient within
    rounding of zero may change sign, and over the steps some pixels end elsewhere. What has to
    agree is how strong the attack is: the mean loss to one part in a thousand, and the verdict on
    all images but one.
    """
    assert torch.equal(found["one batch"], found["foolbox"])
    moved = ((found["in batches"] - found["foolbox"]).abs() > 1e-6).double().mean().item()
    ours, theirs = (mean_loss(model, found[name], labels) for name in ("in batches", "foolbox"))
    assert abs(ours - theirs) <= 1e-3 * theirs, f"mean loss {ours} against {theirs}"
    left = {name: accuracy(model, images, labels) for name, images in found.items()}
    assert abs(left["in batches"] - left["foolbox"]) <= 1 / len(labels) + 1e-9, left
    told = ", ".join(f"{name} {value:.2%}" for name, value in left.items())
    return f"accuracy left: {told}; pixels that differ from Foolbox in batches: {moved:.4%}"


def curve_contestants(model: nn.Module, images: Tensor, labels: Tensor) -> Contestants:
    wrapped = foolbox.PyTorchModel(model.eval(), bounds=(0, 1))
    theirs = foolbox.attacks.LinfFastGradientAttack()

    def foolbox_curve() -> list[float]:
        success = theirs(wrapped, images, labels, epsilons=EPSILONS)[2]
        return (1 - success.double().mean(dim=1)).tolist()

    return {
        "foolbox": foolbox_curve,
        "one gradient": lambda: robustness_curve(model, images, labels, EPSILONS),
        "in batches": lambda: curve_in_batches(model, images, labels, EPSILONS),
    }


def require_equal_curves(found: dict[str, list[float]]) -> str:
    """Equal accuracies at every epsilon; in batches, one image's verdict may differ, as above."""
    for theirs, ours, batched in zip(*found.values(), strict=True):
        assert abs(theirs - ours) < 1e-9, found
        assert abs(theirs - batched) <= 1 / 256 + 1e-9, found
    return "accuracies: " + ", ".join(f"{value:.1%}" for value in found["foolbox"])


def take_turns(
    contestants: Contestants, repeats: int, device: torch.device
) -> dict[str, dict[str, list[float]]]:
    """Wall and processor seconds of each run; the second is steadier on a busy machine."""
    seconds: dict[str, dict[str, list[float]]] = {
        name: {"wall": [], "processor": []} for name in contestants
    }
    for _ in range(repeats):
        for name, run in contestants.items():
            wall, processor = time.perf_counter(), time.process_time()
            run()
            wait_for(device)
            seconds[name]["wall"].append(time.perf_counter() - wall)
            seconds[name]["processor"].append(time.process_time() - processor)
    return seconds


def print_table(seconds: dict[str, dict[str, list[float]]]) -> None:
    medians = {
        name: {clock: statistics.median(runs) for clock, runs in clocks.items()}
        for name, clocks in seconds.items()
    }
    print(f"{'':<14}{'wall s':>8}{'foolbox / this':>16}{'processor s':>14}{'foolbox / this':>16}")
    for name, clocks in medians.items():
        cells = ""
        for clock, width in (("wall", 8), ("processor", 14)):
            cells += (
                f"{clocks[clock]:>{width}.3f}{medians['foolbox'][clock] / clocks[clock]:>16.2f}"
            )
        print(f"{name:<14}{cells}")


if __name__ == "__main__":
    main()
