"""The playground on the site computes what the course computes: every number against PyTorch."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course import models
from course.data import load
from course.metrics import accuracy
from solutions.evaluation import worst_of
from solutions.extensions.l2 import l2_pgd
from solutions.extensions.targeted import targeted_pgd
from solutions.fgsm import fgsm, robustness_curve
from solutions.figures import playground_data as playground
from solutions.pgd import pgd

SITE = Path(__file__).parents[2] / "site" / "playground"
SETS = {
    name: playground.content_of((SITE / f"{name}.js").read_text(encoding="utf-8"))
    for name in ("digits", "signs")
}
NETWORKS = [(name, network) for name, content in SETS.items() for network in content["networks"]]
EPSILON = 0.1
LENGTH = 1.5
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")


def network_of(name: str, network: str) -> nn.Module:
    weights = base64.b64decode(SETS[name]["networks"][network]["weights"])
    return playground.from_halves(weights, **SETS[name]["form"]).double().eval()


def pictures_of(name: str) -> tuple[Tensor, Tensor]:
    """Images and labels: of the digits' test, and the signs that the page shows."""
    if name == "digits":
        test = load("digits").test[torch.arange(40)]
        return test.images.double(), test.labels
    samples = SETS[name]["samples"]
    pixels = b"".join(base64.b64decode(sample["pixels"]) for sample in samples)
    images = torch.frombuffer(bytearray(pixels), dtype=torch.uint8).double() / 255
    return images.view(-1, 3, 32, 32), torch.tensor([sample["label"] for sample in samples])


@dataclass(frozen=True)
class Both:
    """A network in PyTorch, and what the page's scripts say of the same images."""

    name: str
    model: nn.Module
    page: dict[str, Any]
    images: Tensor
    labels: Tensor

    @property
    def targets(self) -> Tensor:
        return (self.labels + 1) % 10


@pytest.fixture(scope="module", params=NETWORKS, ids="-".join)
def both(request: pytest.FixtureRequest) -> Both:
    name, network = request.param
    images, labels = pictures_of(name)
    asked = {
        "set": name,
        "network": network,
        "images": images.flatten(1).tolist(),
        "labels": labels.tolist(),
        "targets": ((labels + 1) % 10).tolist(),
        "epsilon": EPSILON,
        "length": LENGTH,
    }
    script = Path(__file__).parent / "node" / "playground.mjs"
    done = subprocess.run(
        ["node", str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return Both(name, network_of(name, network), json.loads(done.stdout), images, labels)


@needs_node
def test_forward_pass_agrees(both: Both) -> None:
    model, page, images = both.model, both.page, both.images
    assert isinstance(model, nn.Sequential)
    for layer, values in (("relu1", model[:2](images)), ("relu2", model[:5](images))):
        torch.testing.assert_close(
            torch.tensor(page[layer], dtype=torch.float64), values.flatten(1), atol=1e-9, rtol=0
        )
    logits = torch.tensor(page["logits"], dtype=torch.float64)
    torch.testing.assert_close(logits, model(images), atol=1e-9, rtol=0)


@needs_node
def test_gradient_agrees_to_1e_5(both: Both) -> None:
    model, page, images, labels = both.model, both.page, both.images, both.labels
    x = images.clone().requires_grad_()
    loss = F.cross_entropy(model(x), labels, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, x)
    found = torch.tensor(page["gradient"], dtype=torch.float64)
    torch.testing.assert_close(found, gradient.flatten(1), atol=1e-5, rtol=1e-5)


@needs_node
def test_attacks_agree(both: Both) -> None:
    model, page, images, labels = both.model, both.page, both.images, both.labels
    expected = {
        "fgsm": fgsm(model, images, labels, EPSILON),
        "pgd": pgd(
            model, images, labels, EPSILON, step_size=EPSILON / 4, steps=10, random_start=False
        ),
        "targeted": targeted_pgd(
            model, images, both.targets, EPSILON, step_size=EPSILON / 4, steps=10
        ),
    }
    for name, adversarial in expected.items():
        found = torch.tensor(page[name], dtype=torch.float64)
        # A gradient within rounding of zero may have either sign; hardly any pixel is like that.
        differs = (found - adversarial.flatten(1)).abs() > 1e-6
        assert differs.double().mean() < 0.02, name
        verdict = model(found.view_as(images)).argmax(1)
        assert torch.equal(verdict, model(adversarial).argmax(1)), name


@needs_node
def test_every_attack_keeps_within_the_ball(both: Both) -> None:
    images = both.images
    for name in ("fgsm", "pgd", "noise"):
        found = torch.tensor(both.page[name], dtype=torch.float64)
        assert (found - images.flatten(1)).abs().max() <= EPSILON + 1e-12, name
        assert 0 <= found.min() <= found.max() <= 1, name
        assert (found != images.flatten(1)).any(), name


@needs_node
def test_l2_attack_agrees(both: Both) -> None:
    model, page, images, labels = both.model, both.page, both.images, both.labels
    expected = l2_pgd(
        model, images, labels, LENGTH, step_size=LENGTH / 4, steps=10, random_start=False
    )
    found = torch.tensor(page["l2"], dtype=torch.float64)
    torch.testing.assert_close(found, expected.flatten(1), atol=1e-5, rtol=0)
    lengths = (found - images.flatten(1)).norm(dim=1)
    assert 0.5 * LENGTH < lengths.min() <= lengths.max() <= LENGTH + 1e-9


@needs_node
def test_patch_changes_its_pixels_alone(both: Both) -> None:
    model, page, images, labels = both.model, both.page, both.images, both.labels
    found = torch.tensor(page["patch"], dtype=torch.float64)
    inside = torch.tensor(page["mask"], dtype=torch.bool)
    assert inside.sum() == 6 * 6 * images.shape[1]
    assert torch.equal(found[:, ~inside], images.flatten(1)[:, ~inside])
    assert 0 <= found.min() <= found.max() <= 1
    loss = [F.cross_entropy(model(x.view_as(images)), labels) for x in (images.flatten(1), found)]
    assert loss[1] > loss[0] + 0.1


@needs_node
def test_curve_begins_clean_and_ends_at_the_attack(both: Both) -> None:
    model, page, images, labels = both.model, both.page, both.images, both.labels
    for epsilon, column in ((0.0, 0), (EPSILON, 1)):
        attacked = fgsm(model, images, labels, epsilon)
        chance = model(attacked).softmax(1)[torch.arange(len(labels)), labels]
        found = torch.tensor([points[column] for points in page["curve"]], dtype=torch.float64)
        torch.testing.assert_close(found, chance, atol=1e-4, rtol=0)


@needs_node
def test_page_shows_the_first_test_images_of_each_class(both: Both) -> None:
    shown = torch.tensor(both.page["samples"], dtype=torch.float64)
    assert both.page["labels"] == [sample["label"] for sample in SETS[both.name]["samples"]]
    if both.name == "signs":
        torch.testing.assert_close(shown, both.images.flatten(1), atol=1e-9, rtol=0)
        return
    test = load("digits").test
    places = [
        place
        for digit in range(10)
        for place in (test.labels == digit).nonzero().flatten()[:2].tolist()
    ]
    expected = test.images[places].flatten(1).double()
    torch.testing.assert_close(shown, expected, atol=1e-6, rtol=0)
    assert both.page["labels"] == test.labels[places].tolist()


@pytest.mark.parametrize(
    ("name", "network"),
    [
        pytest.param(name, network, marks=pytest.mark.slow if name == "signs" else ())
        for name, network in NETWORKS
    ],
)
def test_printed_accuracies_are_those_of_the_committed_weights(name: str, network: str) -> None:
    content = SETS[name]
    test = load(name).test[: playground.KINDS[name].measured]
    model, printed = network_of(name, network).float(), content["networks"][network]["accuracy"]
    curve = robustness_curve(model, test.images, test.labels, content["epsilons"])
    # Another processor rounds otherwise: some images in a hundred stand at the edge of a class.
    assert curve == pytest.approx(printed["fgsm"], abs=0.01)
    assert printed["fgsm"][0] == pytest.approx(accuracy(model, test.images, test.labels), abs=0.01)
    worst = worst_of(model, test.images, test.labels, content["epsilons"][2], steps=20, seed=0)
    assert worst.accuracy == pytest.approx(printed["worst"][2], abs=0.01)
    assert (SITE / f"{name}.inc").read_text(encoding="utf-8") == playground.table(content)


def test_script_holds_what_was_written() -> None:
    content = {"networks": {"a": "x"}, "samples": [1, 2]}
    assert playground.content_of(playground.as_script("digits", content)) == content


def test_weights_survive_the_way_to_the_page_and_back() -> None:
    model = playground.rounded_to_halves(models.build("tiny-cnn", seed=3))
    again = playground.from_halves(playground.as_halves(model))
    for there, back in zip(model.parameters(), again.parameters(), strict=True):
        assert torch.equal(there, back)
    with pytest.raises(ValueError, match="expected 5994"):
        playground.from_halves(b"\0\0")
