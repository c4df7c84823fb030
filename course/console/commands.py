"""The work of `course data` and `course train`; `course/cli.py` has their arguments."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict, replace
from typing import Any

from course import plots
from course.budget import budget, profile_name
from course.console.tables import aligned, print_table
from course.data import PROFILES, Dataset, data_root, load
from course.errors import CourseError
from course.inputs import chosen_device
from course.metrics import predict, wilson_interval
from course.models import build, parameter_count
from course.saving import save
from course.training import History, Recipe, fit, plain_recipe


def list_profiles(_args: argparse.Namespace) -> int:
    """Print a table of the profiles: sizes, and whether their files are there."""
    heads = ("profile", "train", "test", "pixels", "state", "what")
    rows = []
    for name, profile in PROFILES.items():
        train, test = (f"{count:,}" for count in profile.counts) if profile.counts else ("-", "-")
        pixels = "x".join(str(side) for side in profile.image_shape or ()) or "-"
        if not profile.files:
            state = "built in" if profile.counts else "-"
        else:
            state = "missing" if profile.missing(data_root()) else "ready"
        rows.append((name, train, test, pixels, state, profile.title))
    print_table(heads, rows, aligned([heads, *rows]))
    origin = "COURSE_DATA" if os.environ.get("COURSE_DATA") else "COURSE_DATA is not set"
    print(f"\nlooked in {data_root()} ({origin}); fetch with `course data download NAME`")
    return 0


def download(args: argparse.Namespace) -> int:
    """Fetch a profile's files, check them, and print what they hold."""
    profile = PROFILES[profile_name(args.profile)]
    if not profile.files:
        raise CourseError(f"{args.profile} needs no download ({profile.title})")
    dataset = load(args.profile, download=True)
    print(f"{_describe(dataset)}, in {data_root() / profile.folder}")
    print(f"SHA-256 of the tensors: {dataset.sha256}")
    return 0


def show(args: argparse.Namespace) -> int:
    """Draw some test images of a profile in a file."""
    count = args.count
    dataset = load(args.profile, train=1, test=count, image_size=args.image_size, progress=False)
    titles = [dataset.classes[label] for label in dataset.test.labels[:count].tolist()]
    figure = plots.image_row(dataset.test.images[:count], titles, title=f"{dataset.name}, test")
    plots.save(figure, args.out)
    print(f"{len(titles)} test images of {dataset.name} drawn in {args.out}")
    return 0


def train(args: argparse.Namespace) -> int:
    """Train a network, print its accuracy, and save its weights."""
    # Known to be wrong now is better than known to be wrong after training.
    if args.out.is_dir():
        raise CourseError(f"{args.out} is a folder; --out names the file to write")
    device = chosen_device(args.device)
    args.out.parent.mkdir(parents=True, exist_ok=True)
    if not os.access(args.out.parent, os.W_OK):
        raise CourseError(f"nothing can be written in {args.out.parent}; choose another --out")
    recipe = replace(
        plain_recipe(args.epochs or budget(args.data).cnn_epochs, seed=args.seed),
        channels_last=args.channels_last,
        bfloat16=args.bfloat16,
    )
    dataset = load(args.data, train=args.images, image_size=args.image_size)
    channels, side, _ = dataset.image_shape
    shape: dict[str, Any] = {
        "in_channels": channels,
        "image_size": side,
        "num_classes": dataset.num_classes,
    }
    model = build(args.model, **shape, seed=args.seed).to(device)
    print(f"{args.model}, {parameter_count(model):,} parameters; {_describe(dataset)}\n")
    history = fit(model, dataset.train.images, dataset.train.labels, recipe)
    test = dataset.test.to(device)
    correct = int((predict(model, test.images).argmax(dim=1) == test.labels).sum())
    metadata = {
        "profile": dataset.name,
        "profile_sha256": dataset.sha256,
        "train_images": len(dataset.train),
        "test_accuracy": correct / len(dataset.test),
        "recipe": asdict(recipe),
    }
    save(model, args.out, name=args.model, **shape, metadata=metadata)
    _print_training(history, recipe, correct, len(dataset.test))
    print(f"saved in {args.out}")
    return 0


def _print_training(history: History, recipe: Recipe, correct: int, total: int) -> None:
    heads = ("epoch", "mean loss", "training accuracy")
    rows = []
    for epoch, (loss, accuracy) in enumerate(zip(history.loss, history.accuracy, strict=True), 1):
        rows.append((str(epoch), f"{loss:.4f}", f"{accuracy:.1%}"))
    print_table(heads, rows, aligned([heads, *rows]))
    low, high = wilson_interval(correct, total)
    print(
        f"\ntest accuracy {correct / total:.1%} ({correct:,} of {total:,};"
        f" 95% Wilson interval {low:.1%} to {high:.1%}), seed {recipe.seed},"
        f" {history.seconds:.1f} s of training"
    )


def _describe(dataset: Dataset) -> str:
    shape = "x".join(str(side) for side in dataset.image_shape)
    return (
        f"{dataset.name}: {len(dataset.train):,} training and {len(dataset.test):,} test images"
        f" of {shape}, {dataset.num_classes} classes"
    )
