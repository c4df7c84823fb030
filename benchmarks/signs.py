"""How well the networks of the course read road signs, before and after an attack.

    python benchmarks/signs.py [--seeds 3] [--model strided-cnn] [--difficulty D] ...

A row of the table is a way to train, a column an attack: none, FGSM, and PGD with 20 steps of
epsilon / 8 from a random start, each at 2, 4, 8 and 16 of 255. The networks are trained for as
long as the profile's budget allows, with the recipes of the lectures and of assignment 5; the
last rows are trained against twice the budget's epsilon, to show the price in clean accuracy.
Written to benchmarks/results/signs.json as well, unless a size, an epoch count or a difficulty
was chosen by hand.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from machine import machine
from torch import Tensor, nn

from course.budget import budget
from course.metrics import accuracy
from course.models import build, parameter_count
from course.signs.profile import TEST, TEST_IMAGES, TRAIN, TRAIN_IMAGES
from course.training import fit, plain_recipe
from solutions.adversarial_training import adversarial_train
from solutions.evaluation import attack_in_batches
from solutions.fgsm import fgsm
from solutions.pgd import pgd

RESULT = Path(__file__).parent / "results" / "signs.json"
LEVELS = (2, 4, 8, 16)
PGD_STEPS = 20

Images = tuple[Tensor, Tensor]


def main() -> None:
    allowed = budget("signs")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--model", default="strided-cnn")
    parser.add_argument("--train", type=int, default=TRAIN_IMAGES, help="training images")
    parser.add_argument("--test", type=int, default=TEST_IMAGES, help="test images")
    parser.add_argument("--epochs", type=int, default=allowed.cnn_epochs)
    parser.add_argument("--adversarial-epochs", type=int, default=allowed.adversarial_epochs)
    parser.add_argument("--difficulty", type=float, default=TRAIN.difficulty)
    args = parser.parse_args()
    where = machine()
    start = time.perf_counter()
    train = replace(TRAIN, difficulty=args.difficulty).draw(args.train)
    test = replace(TEST, difficulty=args.difficulty).draw(args.test)
    drawing = time.perf_counter() - start
    print(where)
    print(f"{args.train + args.test:,} images drawn in {drawing:.1f} s")
    reaches = (0.0, allowed.epsilon, 2 * allowed.epsilon)
    runs = []
    for seed in range(args.seeds):
        for reach in reaches:
            epochs = args.adversarial_epochs if reach else args.epochs
            model, seconds = trained(args.model, train, reach, epochs, seed)
            run = {"trained_at": round(reach * 255), "seed": seed, "seconds": seconds}
            runs.append(run | measured(model, *test))
            print(json.dumps(runs[-1]), flush=True)
    print_table(runs)
    result = {
        "machine": where,
        "settings": {name: value for name, value in vars(args).items() if name != "seeds"},
        "parameters": parameter_count(build(args.model, in_channels=3, image_size=32)),
        "drawing_seconds": drawing,
        "runs": runs,
    }
    if vars(args) == vars(parser.parse_args(["--seeds", str(args.seeds)])):
        RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        print(f"written to {RESULT}")


def trained(
    name: str, train: Images, reach: float, epochs: int, seed: int
) -> tuple[nn.Module, float]:
    """A network trained on images, against changes of `reach`, and the seconds that it took."""
    start = time.perf_counter()
    model = build(name, in_channels=3, image_size=32, seed=seed)
    if reach:
        adversarial_train(model, *train, epsilon=reach, epochs=epochs, seed=seed)
    else:
        fit(model, *train, plain_recipe(epochs, seed=seed), progress=False)
    return model.eval(), time.perf_counter() - start


def measured(model: nn.Module, images: Tensor, labels: Tensor) -> dict[str, float]:
    """Accuracies in percent: clean, and after each attack at each level."""
    found = {"clean": 100 * accuracy(model, images, labels)}
    for level in LEVELS:
        epsilon = level / 255
        generator = torch.Generator().manual_seed(0)
        attacks = {
            "FGSM": partial(fgsm, epsilon=epsilon),
            "PGD": partial(
                pgd, epsilon=epsilon, step_size=epsilon / 8, steps=PGD_STEPS, generator=generator
            ),
        }
        for attack, run in attacks.items():
            changed = attack_in_batches(run, model, images, labels)
            found[f"{attack} {level}"] = 100 * accuracy(model, changed, labels)
    return found


def print_table(runs: list[dict[str, float]]) -> None:
    """The mean over seeds, and the range where there are several."""
    columns = ["seconds", "clean", *(f"{a} {level}" for a in ("FGSM", "PGD") for level in LEVELS)]
    print("\n" + f"{'trained at':<12}" + "".join(f"{column:>18}" for column in columns))
    for reach in sorted({run["trained_at"] for run in runs}):
        cells = ""
        for column in columns:
            values = [run[column] for run in runs if run["trained_at"] == reach]
            spread = f" ({min(values):.1f}-{max(values):.1f})" if len(values) > 1 else ""
            cells += f"{statistics.mean(values):.1f}{spread}".rjust(18)
        print(f"{reach:>2} of 255   " + cells)


if __name__ == "__main__":
    main()
