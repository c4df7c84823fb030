"""The playground's path, smoothing, ladder and training compute what PyTorch and SciPy compute."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from scipy.stats import beta
from torch import Tensor, nn

from course import models
from course.data import load
from solutions.figures import playground_data as playground
from solutions.pgd import margin_loss, pgd

SITE = Path(__file__).parents[2] / "site" / "playground"
EPSILON = 38 / 255
VOTES = [(0, 100, 0.001), (51, 100, 0.001), (800, 1000, 0.001), (1000, 1000, 0.001), (7, 9, 0.05)]
SHARES = [0.3, 0.5, 0.6, 0.9, 0.993, 0.99999]
pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")


def network(file: str, name: str) -> nn.Module:
    content = playground.content_of((SITE / f"{file}.js").read_text(encoding="utf-8"))
    chosen = content["networks"][name] if file != name else content
    return playground.from_halves(base64.b64decode(chosen["weights"])).double().eval()


@pytest.fixture(scope="module")
def images() -> Tensor:
    return load("digits").test.images[:8].double()


@pytest.fixture(scope="module")
def labels() -> Tensor:
    return load("digits").test.labels[:8]


@pytest.fixture(scope="module")
def page(images: Tensor, labels: Tensor) -> dict[str, Any]:
    """What the page's scripts answer."""
    asked = {
        "images": images.flatten(1).tolist(),
        "labels": labels.tolist(),
        "epsilon": EPSILON,
        "votes": VOTES,
        "shares": SHARES,
    }
    script = Path(__file__).parent / "node" / "playground_more.mjs"
    done = subprocess.run(
        ["node", str(script)], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def values(found: Any) -> Tensor:
    return torch.tensor(found, dtype=torch.float64)


def slopes(page: dict[str, Any], victim: str, remedy: str) -> Tensor:
    return values([each["slope"] for each in page["ladder"][victim][remedy]])


# --- the ladder ----------------------------------------------------------------------------------


def test_a_step_has_no_slope_and_going_through_it_has(
    page: dict[str, Any], images: Tensor, labels: Tensor
) -> None:
    for remedy in ("none", "margin", "average"):
        assert slopes(page, "bit", remedy).count_nonzero() == 0, remedy
    shown = (images >= 0.5).double().requires_grad_()
    loss = F.cross_entropy(network("digits", "plain")(shown), labels, reduction="sum")
    (expected,) = torch.autograd.grad(loss, shown)
    # The softmax of the ladder is in single precision, as a network's usually is.
    torch.testing.assert_close(
        slopes(page, "bit", "through"), expected.flatten(1), atol=1e-5, rtol=1e-4
    )


def test_single_precision_loses_the_gradient_as_in_pytorch(
    page: dict[str, Any], images: Tensor, labels: Tensor
) -> None:
    for name, file, scale in (("plain", "digits", 1000), ("distilled", "distilled", 1)):
        model = network(file, name).float()
        x = images.float().requires_grad_()
        loss = F.cross_entropy(scale * model(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(loss, x)
        vanished = (gradient.flatten(1) == 0).all(dim=1)
        found = slopes(page, "scale" if scale > 1 else "distilled", "none")
        assert vanished.sum() > len(images) / 2, name
        assert torch.equal((found == 0).all(dim=1), vanished), name


@pytest.mark.parametrize(("victim", "file"), [("scale", "digits"), ("distilled", "distilled")])
def test_margin_has_the_gradient_that_pytorch_computes(
    page: dict[str, Any], images: Tensor, labels: Tensor, victim: str, file: str
) -> None:
    model = network(file, "plain" if file == "digits" else file)
    x = images.clone().requires_grad_()
    (expected,) = torch.autograd.grad(margin_loss(model(x), labels).sum(), x)
    torch.testing.assert_close(
        slopes(page, victim, "margin"), expected.flatten(1), atol=1e-5, rtol=0
    )


def test_the_detector_measures_what_the_blur_takes_away(
    page: dict[str, Any], images: Tensor
) -> None:
    x = images.clone().requires_grad_()
    taken = x - F.avg_pool2d(x, 3, stride=1, padding=1)
    roughness = taken.square().flatten(1).mean(dim=1)
    (slope,) = torch.autograd.grad(roughness.sum(), x)
    torch.testing.assert_close(values(page["roughness"]), roughness.detach(), atol=1e-9, rtol=0)
    torch.testing.assert_close(values(page["roughnessSlope"]), slope.flatten(1), atol=1e-9, rtol=0)


def test_every_attack_of_the_ladder_keeps_its_budget(page: dict[str, Any], images: Tensor) -> None:
    for victim, remedies in page["ladder"].items():
        for remedy, found in remedies.items():
            attacked = values([each["attacked"] for each in found])
            change = (attacked - images.flatten(1)).abs().max()
            assert change <= EPSILON + 1e-12, (victim, remedy)
            assert 0 <= attacked.min() <= attacked.max() <= 1, (victim, remedy)


@pytest.mark.parametrize(
    ("victim", "remedy"),
    [("bit", "through"), ("scale", "margin"), ("distilled", "margin"), ("detector", "through")],
)
def test_the_remedy_breaks_what_the_plain_attack_does_not(
    page: dict[str, Any], victim: str, remedy: str
) -> None:
    holding = {
        name: sum(each["holds"] for each in found) for name, found in page["ladder"][victim].items()
    }
    others = [count for name, count in holding.items() if name != remedy]
    assert min(others) >= 6
    assert holding[remedy] <= 4


# --- the path and its slice ----------------------------------------------------------------------


def test_path_is_that_of_pgd(page: dict[str, Any], images: Tensor, labels: Tensor) -> None:
    model = network("digits", "plain")
    for steps in (0, 1, 5, 10):
        expected = pgd(
            model,
            images[:1],
            labels[:1],
            EPSILON,
            step_size=EPSILON / 4,
            steps=steps,
            random_start=False,
        )
        differs = (values(page["path"]["steps"][steps]) - expected.flatten()).abs() > 1e-6
        assert differs.double().mean() < 0.02, steps


def test_slice_goes_through_both_ends_of_the_path(page: dict[str, Any]) -> None:
    path = page["path"]
    steps, drawn, places = (values(path[name]) for name in ("steps", "drawn", "places"))
    u, v = values(path["u"]), values(path["v"])
    torch.testing.assert_close(torch.stack([u @ u, v @ v]), torch.ones(2).double())
    assert abs(u @ v) < 1e-9
    torch.testing.assert_close(drawn[[0, -1]], steps[[0, -1]], atol=1e-9, rtol=0)
    torch.testing.assert_close(places[-1], values([path["reach"], 0.0]), atol=1e-9, rtol=0)
    away = (steps - drawn).norm(dim=1)
    assert away.max().item() == pytest.approx(path["off"], abs=1e-9)
    assert 0 < path["off"] < path["reach"]
    # No direction beside the first holds more of the path than the second does.
    beside = steps - steps[0] - ((steps - steps[0]) @ u)[:, None] * u
    strongest = torch.linalg.svdvals(beside)[0]
    assert (beside @ v).norm().item() == pytest.approx(strongest.item(), rel=1e-3)


# --- smoothing -----------------------------------------------------------------------------------


def test_smoothing_promises_what_the_votes_allow(page: dict[str, Any]) -> None:
    for (hits, count, alpha), lower in zip(VOTES, page["lower"], strict=True):
        expected = beta.ppf(alpha, hits, count - hits + 1) if hits else 0.0
        assert lower == pytest.approx(expected, abs=1e-9)
    for share, radius in zip(SHARES, page["radius"], strict=True):
        assert radius == pytest.approx(max(0.0, 0.5 * NormalDist().inv_cdf(share)), abs=1e-9)


def test_random_numbers_are_normal_and_orders_complete(page: dict[str, Any]) -> None:
    drawn = values(page["normal"])
    assert abs(drawn.mean()) < 0.06
    assert drawn.std() == pytest.approx(1, abs=0.05)
    assert (drawn.abs() < 1).double().mean() == pytest.approx(0.683, abs=0.03)
    assert sorted(page["order"]) == list(range(50))
    assert page["order"] != list(range(50))


# --- training ------------------------------------------------------------------------------------


def test_training_takes_the_steps_of_adam(
    page: dict[str, Any], images: Tensor, labels: Tensor
) -> None:
    found = page["training"]
    model = models.build("tiny-cnn", seed=0).double()
    torch.nn.utils.vector_to_parameters(values(found["before"]), model.parameters())
    optimizer = torch.optim.Adam(model.parameters())
    for step, rate in enumerate((0.004, 0.004, 0.002)):
        optimizer.param_groups[0]["lr"] = rate
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        assert found["losses"][step] == pytest.approx(loss.item(), abs=1e-6)
        loss.backward()
        if step == 0:
            gradients = [weight.grad.flatten() for weight in model.parameters()]  # type: ignore[union-attr]
            torch.testing.assert_close(
                values(found["gradients"]), torch.cat(gradients), atol=1e-9, rtol=0
            )
        optimizer.step()
    weights = torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    torch.testing.assert_close(values(found["after"]), weights, atol=1e-5, rtol=0)


def test_a_fresh_network_starts_as_pytorch_starts_one(page: dict[str, Any]) -> None:
    expected = models.build("tiny-cnn", seed=0)
    found = models.build("tiny-cnn", seed=0)
    numbers = values(page["training"]["before"]).float()
    torch.nn.utils.vector_to_parameters(numbers, found.parameters())
    for one, other in zip(expected.parameters(), found.parameters(), strict=True):
        if one.numel() > 100:
            assert other.std().item() == pytest.approx(one.std().item(), rel=0.15)
        assert other.abs().max() <= one.abs().max() * 1.5
