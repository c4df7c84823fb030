"""What the site's playground runs on: small networks and a few pictures, as script files.

`course playground` trains the networks, measures them, and writes `site/playground/digits.js` and
the table on that page. The page computes in the reader's browser; tests compare it with PyTorch.
"""

from __future__ import annotations

import argparse
import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

    from course.data import Split

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FOLDER = Path("site/playground")
NETWORK = "tiny-cnn"
PLAIN_EPOCHS = 30
DEFENDED_EPOCHS = 60
DEFENDED_EPSILON = 0.15
EPSILONS = (0.0, 0.05, 0.1, 0.15, 0.2)
LARGEST = 102  # the slider's end, in 255ths
PER_CLASS = 2
TITLES = {"plain": "plain", "defended": "adversarially trained"}


def playground_command(subparsers: Subparsers) -> None:
    """Add `course playground`."""
    parser = subparsers.add_parser(
        "playground", help="train the playground's networks and write its data (minutes)"
    )
    parser.add_argument("--out", type=Path, default=FOLDER, help="default: %(default)s")
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    from course.data import load  # noqa: PLC0415 - slow to import

    digits = load("digits")
    networks = {"plain": _plain(digits.train), "defended": _defended(digits.train)}
    measured = {name: _measure(model, digits.test) for name, model in networks.items()}
    content = {
        "form": {"channels": 1, "side": 28, "classes": 10},
        "classes": [str(digit) for digit in range(10)],
        "largest": LARGEST,
        "networks": {
            name: {
                "title": TITLES[name],
                "weights": base64.b64encode(as_halves(model)).decode(),
                "accuracy": measured[name],
            }
            for name, model in networks.items()
        },
        "samples": _samples(digits.test),
        "epsilons": EPSILONS,
        "defended_epsilon": DEFENDED_EPSILON,
    }
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "digits.js").write_text(as_script("digits", content), encoding="utf-8")
    (args.out / "table.inc").write_text(table(content), encoding="utf-8")
    print(f"wrote {args.out / 'digits.js'} and {args.out / 'table.inc'}")
    return 0


# --- the networks --------------------------------------------------------------------------------


def _plain(train: Split) -> nn.Module:
    from course import models, training  # noqa: PLC0415

    model = models.build(NETWORK, seed=0)
    recipe = training.plain_recipe(PLAIN_EPOCHS, seed=0)
    training.fit(model, train.images, train.labels, recipe)
    return rounded_to_halves(model)


def _defended(train: Split) -> nn.Module:
    from course import models  # noqa: PLC0415
    from solutions.adversarial_training import adversarial_train  # noqa: PLC0415

    model = models.build(NETWORK, seed=0)
    adversarial_train(
        model, train.images, train.labels, epsilon=DEFENDED_EPSILON, epochs=DEFENDED_EPOCHS
    )
    return rounded_to_halves(model)


def rounded_to_halves(model: nn.Module) -> nn.Module:
    """The same model with its weights rounded in place to float16, which is what a page loads."""
    return model.half().float()


def as_halves(model: nn.Module) -> bytes:
    """All weights in the order of the state dict, as little-endian float16."""
    parts = [value.numpy().astype("<f2").tobytes() for value in model.state_dict().values()]
    return b"".join(parts)


def from_halves(weights: bytes) -> nn.Module:
    """The network that `as_halves` wrote. Raises ValueError when the bytes are not as many."""
    import numpy as np  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from course import models  # noqa: PLC0415

    model = models.build(NETWORK, seed=0)
    numbers = torch.from_numpy(np.frombuffer(weights, "<f2").astype("float32"))
    if len(numbers) != models.parameter_count(model):
        raise ValueError(f"{len(numbers)} weights, expected {models.parameter_count(model)}")
    torch.nn.utils.vector_to_parameters(numbers, model.parameters())
    return model


# --- what is said of them ------------------------------------------------------------------------


def _measure(model: nn.Module, test: Split) -> dict[str, list[float]]:
    """Accuracy at each epsilon under FGSM and in the worst case over the course's attacks."""
    from solutions.evaluation import worst_of  # noqa: PLC0415
    from solutions.fgsm import robustness_curve  # noqa: PLC0415

    worst = [
        worst_of(model, test.images, test.labels, epsilon, steps=20, seed=0).accuracy
        for epsilon in EPSILONS
    ]
    fgsm = robustness_curve(model, test.images, test.labels, list(EPSILONS))
    return {"fgsm": [round(a, 4) for a in fgsm], "worst": [round(a, 4) for a in worst]}


def _samples(test: Split) -> list[dict[str, Any]]:
    """The first test images of every class, whatever becomes of them, as 8×8 counts 0 to 16."""
    places = [(test.labels == digit).nonzero().flatten()[:PER_CLASS] for digit in range(10)]
    return [
        {"label": digit, "counts": as_counts(test.images[place])}
        for digit, group in enumerate(places)
        for place in group.tolist()
    ]


def as_counts(image: Tensor) -> list[int]:
    """The 8×8 original of a digit that was enlarged to 28×28.

    Where the enlargement samples between two originals, they cannot be read off; so the original
    is looked up among scikit-learn's, the one that enlarges to this image.
    """
    import torch.nn.functional as F  # noqa: PLC0415
    from sklearn.datasets import load_digits  # noqa: PLC0415
    from torch import from_numpy  # noqa: PLC0415

    small = from_numpy(load_digits().images)
    large = F.interpolate(small.unsqueeze(1) / 16, size=(28, 28), mode="bilinear")
    nearest = int((large - image.double()).abs().amax(dim=(1, 2, 3)).argmin())
    return [int(value) for value in small[nearest].flatten()]


def as_script(name: str, content: dict[str, Any]) -> str:
    """A script that hands the content to the page, so that it also opens from a file."""
    lines = json.dumps(content, separators=(",", ":"))
    return (
        "// Written by `course playground`; do not edit.\n"
        f"((globalThis.adversarial ??= {{}}).sets ??= {{}}).{name} = {lines};\n"
    )


def content_of(script: str) -> dict[str, Any]:
    """What `as_script` was given."""
    return json.loads(script[script.index(" = {") + len(" = ") :].rstrip(";\n"))


def table(content: dict[str, Any]) -> str:
    """Both networks at every epsilon, in Markdown."""
    header = " | ".join(f"ε = {epsilon:g}" for epsilon in content["epsilons"])
    rows = [f"| network | attack | {header} |", "|---|---|" + "---|" * len(content["epsilons"])]
    attacks = {"fgsm": "FGSM", "worst": "worst of four PGD runs"}
    for network in content["networks"].values():
        for key, attack in attacks.items():
            shares = [f"{100 * a:.1f}\N{NO-BREAK SPACE}%" for a in network["accuracy"][key]]
            rows.append(f"| {network['title']} | {attack} | {' | '.join(shares)} |")
    return "\n".join(rows) + "\n"
