"""Measures how long 99 % on MNIST takes, with the course's fast recipe and with a published one.

    python benchmarks/training.py [--full] [--rounds N] [--device cpu]

The published recipe is "wide-cnn" (3,274,634 parameters), SGD at .01 with momentum .9, batches
of 128 from a DataLoader, 5 epochs in float32. Without --full only some of its steps are timed and
scaled to the whole, which the table says. The two take turns, so that a busy machine
slows both; the ratio is of medians. Needs MNIST below COURSE_DATA.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import torch
import torch.nn.functional as F
from machine import machine, wait_for
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from course.cli import add_device
from course.data import Dataset, load
from course.errors import CourseError
from course.inputs import chosen_device
from course.metrics import accuracy, wilson_interval
from course.models import build, parameter_count
from course.training import FAST_MNIST, PUBLISHED_MNIST, fit

RESULT = Path(__file__).resolve().parents[1] / "build" / "benchmarks" / "training.json"
WARM_UP_STEPS = 3
TIMED_STEPS = 47  # a tenth of an epoch


def fast(mnist: Dataset, seed: int, device: torch.device) -> tuple[float, float]:
    """Seconds and test accuracy of the course's recipe, with the time to build the network."""
    start = time.perf_counter()
    model = build("fast-cnn", seed=seed).to(device)
    fit(model, mnist.train.images, mnist.train.labels, replace(FAST_MNIST, seed=seed))
    wait_for(device)
    seconds = time.perf_counter() - start
    return seconds, accuracy(model, mnist.test.images.to(device), mnist.test.labels)


def published(
    mnist: Dataset, seed: int, device: torch.device, *, full: bool
) -> tuple[float, float | None]:
    """Seconds of the published recipe, scaled from a part unless `full`; then its accuracy too."""
    torch.manual_seed(seed)
    model = build("wide-cnn", seed=seed).to(device)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=PUBLISHED_MNIST.learning_rate, momentum=PUBLISHED_MNIST.momentum
    )
    loader = DataLoader(
        TensorDataset(mnist.train.images, mnist.train.labels),
        batch_size=PUBLISHED_MNIST.batch_size,
        shuffle=True,
    )
    model.train()
    if full:
        seconds = sum(
            published_steps(model, optimizer, loader, len(loader))
            for _ in range(PUBLISHED_MNIST.epochs)
        )
        return seconds, accuracy(model, mnist.test.images.to(device), mnist.test.labels)
    published_steps(model, optimizer, loader, WARM_UP_STEPS)
    per_step = published_steps(model, optimizer, loader, TIMED_STEPS) / TIMED_STEPS
    return per_step * len(loader) * PUBLISHED_MNIST.epochs, None


def published_steps(
    model: nn.Module, optimizer: torch.optim.Optimizer, loader: DataLoader, steps: int
) -> float:
    """Run the training loop as tutorials write it; returns the seconds it takes."""
    start = time.perf_counter()
    device = next(model.parameters()).device
    for images, labels in islice(loader, steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images.to(device)), labels.to(device))
        loss.backward()
        optimizer.step()
    wait_for(device)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="seeds, one a round (default 3)")
    parser.add_argument("--full", action="store_true", help="run the published recipe whole")
    add_device(parser)
    arguments = parser.parse_args()
    device = chosen_device(arguments.device)
    where = machine() + ("" if device.type == "cpu" else f", on {device}")
    try:
        mnist = load("mnist")
    except CourseError as error:
        sys.exit(f"training.py: {error}")
    quick, slow = [], []
    for seed in range(arguments.rounds):
        slow.append(published(mnist, seed, device, full=arguments.full))
        quick.append(fast(mnist, seed, device))
    report(where, mnist, quick, slow, full=arguments.full)


def report(
    where: str,
    mnist: Dataset,
    quick: list[tuple[float, float]],
    slow: list[tuple[float, float | None]],
    *,
    full: bool,
) -> None:
    """Print the table and write it as JSON."""
    images = len(mnist.test.labels)
    steps = math.ceil(len(mnist.train.labels) / PUBLISHED_MNIST.batch_size) * PUBLISHED_MNIST.epochs
    how = "measured whole" if full else f"scaled from {TIMED_STEPS} of {steps} steps"
    fast_seconds = statistics.median(seconds for seconds, _ in quick)
    slow_seconds = statistics.median(seconds for seconds, _ in slow)
    clean = [correct for _, correct in quick]
    slow_clean = [correct for _, correct in slow if correct is not None]
    precision = "bfloat16" if FAST_MNIST.bfloat16 else "float32"
    print(where)
    print(f"MNIST, {len(mnist.train.labels):,} training and {images:,} test images;", end=" ")
    print(f"medians of {len(quick)} seeds, which took turns\n")
    rows = [
        ("recipe", "parameters", "epochs", "seconds", "clean accuracy, worst to best seed"),
        row(f"course, {precision}", "fast-cnn", FAST_MNIST.epochs, fast_seconds, clean),
        row(f"published, {how}", "wide-cnn", PUBLISHED_MNIST.epochs, slow_seconds, slow_clean),
    ]
    for name, *cells, last in rows:
        print(f"{name:<44}" + "".join(f"{cell:>12}" for cell in cells) + f"  {last}")
    low, high = wilson_interval(round(min(clean) * images), images)
    print(f"\nthe worst seed's 95 % interval: {100 * low:.2f} to {100 * high:.2f} %")
    print(f"ratio {slow_seconds / fast_seconds:.1f}")
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    result = {
        "machine": where,
        "profile_sha256": mnist.sha256,
        "course": {"recipe": asdict(FAST_MNIST), "seconds_and_accuracy": quick},
        "published": {"recipe": asdict(PUBLISHED_MNIST), "how": how, "seconds_and_accuracy": slow},
        "ratio_of_medians": slow_seconds / fast_seconds,
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"written to {RESULT}")


def row(
    recipe: str, model: str, epochs: int, seconds: float, clean: list[float]
) -> tuple[str, str, str, str, str]:
    accuracies = (
        f"{100 * min(clean):.2f} to {100 * max(clean):.2f} %" if clean else "not trained to the end"
    )
    return recipe, f"{parameter_count(build(model)):,}", str(epochs), f"{seconds:.1f}", accuracies


if __name__ == "__main__":
    main()
