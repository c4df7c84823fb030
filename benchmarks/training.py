"""Measures how long 99 % on MNIST takes, with the course's fast recipe and with a published one.

    python benchmarks/training.py [--full] [--rounds N] [--device cpu] [--keep]

The published recipe is "wide-cnn" (3,274,634 parameters), SGD at .01 with momentum .9, batches
of 128 from a DataLoader, 5 epochs in float32. Without --full only some of its steps are timed and
scaled to the whole, which the table says. The course's recipe runs in float32, and in bfloat16
where the machine has units for that. All take turns, one seed a round, so that a busy machine
slows each; ratios are of medians. Needs MNIST below COURSE_DATA. Written to
build/benchmarks/training.json, with --keep to benchmarks/results/training.json, from which
`speed.py` writes the site's page.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from itertools import islice
from typing import Any

import torch
import torch.nn.functional as F
from limit import keep_best_rates, layer_costs, operations, share_of_limit
from machine import kept_or_built, machine, precisions, wait_for, write
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset
from turns import Turn, median, ratio, take_turns

from course.batches import channels_last_copy
from course.cli import add_device, run_command, whole_number
from course.data import Dataset, load
from course.inputs import chosen_device
from course.metrics import accuracy, wilson_interval
from course.models import build, parameter_count
from course.training import FAST_MNIST, PUBLISHED_MNIST, Recipe, fit

WARM_UP_STEPS = 3
TIMED_STEPS = 47  # a tenth of an epoch
PUBLISHED = "published"


def main() -> int:
    parser = argparse.ArgumentParser("training.py", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--rounds", type=whole_number(1), default=3, help="seeds, one a round (default 3)"
    )
    parser.add_argument("--full", action="store_true", help="run the published recipe whole")
    parser.add_argument("--keep", action="store_true", help="write the result for the site")
    add_device(parser)
    parser.set_defaults(run=run)
    return run_command(parser, None)


def run(args: argparse.Namespace) -> int:
    device = chosen_device(args.device)
    report = measured(load("mnist"), device, args.rounds, full=args.full)
    print_report(report)
    out = write(report, kept_or_built("training", keep=args.keep))
    print(f"written to {out}")
    return 0


def measured(mnist: Dataset, device: torch.device, rounds: int, *, full: bool) -> dict[str, Any]:
    """Everything that is measured, as the JSON file holds it."""
    where = machine(device=device)
    recipes = {
        name: replace(FAST_MNIST, bfloat16=name == "bfloat16") for name in precisions(device)
    }
    clean: dict[str, list[float]] = {}
    turns: dict[str, Turn] = {PUBLISHED: partial(published, mnist, device, clean, full=full)}
    for name, recipe in recipes.items():
        turns[f"course, {name}"] = partial(fast, mnist, device, recipe, clean)
    rates: dict[str, float] = {}
    seconds = take_turns(turns, rounds, partial(keep_best_rates, rates, device))
    return {
        "machine": where,
        "device": str(device),
        "profile_sha256": mnist.sha256,
        "images": {"training": len(mnist.train.labels), "test": len(mnist.test.labels)},
        "recipes": {"course": asdict(FAST_MNIST), PUBLISHED: asdict(PUBLISHED_MNIST)},
        "parameters": {
            "course": parameter_count(build("fast-cnn")),
            PUBLISHED: parameter_count(build("wide-cnn")),
        },
        "published steps": {"timed": None if full else TIMED_STEPS, "all": published_in_all(mnist)},
        "seconds": seconds,
        "accuracy": clean,
        "rates": rates,
        "operations": operations_of_training(mnist, device),
        "layers": {name: layers(mnist, device, recipe) for name, recipe in recipes.items()},
    }


def fast(
    mnist: Dataset, device: torch.device, recipe: Recipe, clean: dict[str, list[float]]
) -> dict[str, float]:
    """Seconds of the course's recipe, with the time to build the network.

    clean: gets the test accuracy under the run's name; the seed is how many are there already.
    """
    found = clean.setdefault("course, bfloat16" if recipe.bfloat16 else "course, float32", [])
    seed = len(found)
    start = time.perf_counter()
    model = build("fast-cnn", seed=seed).to(device)
    images, labels = mnist.train.images, mnist.train.labels
    fit(model, images, labels, replace(recipe, seed=seed), progress=False)
    wait_for(device)
    seconds = time.perf_counter() - start
    found.append(accuracy(model, mnist.test.images.to(device), mnist.test.labels))
    return {"wall": seconds}


def published(
    mnist: Dataset, device: torch.device, clean: dict[str, list[float]], *, full: bool
) -> dict[str, float]:
    """Seconds of the published recipe, scaled from a part unless `full`; then its accuracy too."""
    found = clean.setdefault(PUBLISHED, [])
    torch.manual_seed(len(found))
    model = build("wide-cnn", seed=len(found)).to(device)
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
        found.append(accuracy(model, mnist.test.images.to(device), mnist.test.labels))
        return {"wall": seconds}
    published_steps(model, optimizer, loader, WARM_UP_STEPS)
    per_step = published_steps(model, optimizer, loader, TIMED_STEPS) / TIMED_STEPS
    return {"wall": per_step * published_in_all(mnist)}


def published_in_all(mnist: Dataset) -> int:
    """The steps of the published recipe."""
    return math.ceil(len(mnist.train.labels) / PUBLISHED_MNIST.batch_size) * PUBLISHED_MNIST.epochs


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


def operations_of_training(mnist: Dataset, device: torch.device) -> int:
    """Operations of the course's recipe: a forward and a backward pass of every image, each epoch.

    A layer takes as many for an image in any batch.
    """
    model = build("fast-cnn", seed=0).to(device)
    images = mnist.train.images[:1].expand(FAST_MNIST.batch_size, -1, -1, -1).to(device)
    each = operations(partial(one_gradient, model, images)) / FAST_MNIST.batch_size
    return round(each * len(mnist.train.labels)) * FAST_MNIST.epochs


def one_gradient(model: nn.Module, images: Tensor) -> None:
    """Gradients of all weights."""
    torch.autograd.grad(model(images).sum(), list(model.parameters()))


def layers(mnist: Dataset, device: torch.device, recipe: Recipe) -> dict[str, dict[str, float]]:
    """What each layer of the course's network costs in one step of this recipe."""
    images = mnist.train.images[: recipe.batch_size].to(device)
    images = images.contiguous(memory_format=torch.channels_last)
    model = channels_last_copy(build("fast-cnn", seed=0).to(device), images[:1]).train()
    for weight in model.parameters():
        weight.requires_grad_()
    costs = layer_costs(model, images, training=True, bfloat16=recipe.bfloat16)
    return {name: asdict(cost) for name, cost in costs.items()}


def print_report(report: Mapping[str, Any]) -> None:
    seconds, clean = report["seconds"], report["accuracy"]
    images, steps = report["images"], report["published steps"]
    print(report["machine"])
    print(f"MNIST, {images['training']:,} training and {images['test']:,} test images;", end=" ")
    print(f"medians of {len(seconds[PUBLISHED]['wall'])} seeds, which took turns")
    if steps["timed"]:
        print(f"the published recipe is scaled from {steps['timed']} of {steps['all']} steps")
    print(f"\n{'recipe':<20}{'seconds':>9}{'published / this':>18}{'of the limit':>14}  accuracy")
    for name in seconds:
        found = clean.get(name)
        shown = f"{min(found):.2%} to {max(found):.2%}" if found else "not trained to the end"
        rate = report["rates"].get(name.removeprefix("course, "))
        share = rate and share_of_limit(report["operations"], rate, median(seconds, name))
        limit = f"{share:.0%}" if share else "not counted"
        print(f"{name:<20}{median(seconds, name):9.1f}", end="")
        print(f"{ratio(seconds, PUBLISHED, name):18.1f}{limit:>14}  {shown}")
    worst = min(min(found) for name, found in clean.items() if name != PUBLISHED)
    low, high = wilson_interval(round(worst * images["test"]), images["test"])
    print(f"\nthe course's worst seed, 95 % interval: {low:.2%} to {high:.2%}")


if __name__ == "__main__":
    sys.exit(main())
