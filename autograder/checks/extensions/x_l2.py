"""The checks of x-l2, without points: a budget for the length of the whole change.

On a linear network with two classes the gradient has the same direction everywhere, so there is a
closed form for any number of steps. The images there are grey, so that no pixel is clamped.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks.traces import leaves_no_trace
from autograder.judge.checking import (
    Network,
    Setting,
    Student,
    expect,
    expect_true,
    graded_for,
    metrics,
    require,
    require_images,
    train_victim,
)

LECTURE = "lectures/threat-models/"
graded_projection = graded_for("project_l2", lecture=LECTURE)
graded_l2 = graded_for("l2_pgd", lecture=LECTURE)


MADE_WHOLE = True
make_ahead = train_victim


TOLERANCE = 1e-5
REACH = 0.2


def lengths(changes: Tensor) -> Tensor:
    """The Euclidean length of each image's change, (n,)."""
    return changes.flatten(1).norm(dim=1)


def same(change: Tensor, other: Tensor) -> bool:
    """Whether two changes are equal, up to rounding."""
    return torch.allclose(change, other, rtol=0, atol=TOLERANCE)


def grey(setting: Setting, count: int = 8) -> Tensor:
    """Images far from black and white: the test images, pulled towards the middle."""
    return 0.45 + 0.1 * setting.test_images(count).images


# --- project_l2 ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def projected(student: Student, setting: Setting) -> tuple[Tensor, Tensor, Any]:
    """The images, changes of lengths from 0 to 0.8 in four pixels, and the student's projection.

    With so few pixels, each moves by more than the budget of 0.2: clamping each pixel gives another
    result.
    """
    require(student, "project_l2", "function")
    images = grey(setting)
    change = torch.zeros_like(images)
    change[:, :, 3:5, 7:9] = torch.tensor([[0.5, -0.5], [-0.5, 0.5]])
    change *= torch.linspace(0, 0.8, len(images)).view(-1, 1, 1, 1) / change[0].norm()
    return images, change, student.call("project_l2", images.clone(), images + change, REACH)


@graded_projection()
def test_projection_returns_images(projected: tuple[Tensor, Tensor, Any]) -> None:
    """project_l2 returns images, also where nothing was changed"""
    require_images(projected[2], projected[0])


@graded_projection(needs="projection_returns_images")
def test_projection_leaves_what_is_inside(projected: tuple[Tensor, Tensor, Any]) -> None:
    """A change within epsilon stays as it is"""
    images, change, answer = projected
    inside = lengths(change) <= REACH
    moved = lengths(answer[inside] - images[inside] - change[inside]).max().item()
    expect(
        moved,
        "points inside the ball moved by",
        at_most=TOLERANCE,
        cause="short changes are made longer: epsilon / length may be more than 1, clamp it to 1",
    )


@graded_projection(needs="projection_returns_images")
def test_projection_shortens_what_is_outside(projected: tuple[Tensor, Tensor, Any]) -> None:
    """A longer change is shortened to epsilon, its direction kept, each image by itself"""
    images, change, answer = projected
    outside = lengths(change) > REACH
    long, got = change[outside], answer[outside] - images[outside]
    wanted = REACH * long / lengths(long).view(-1, 1, 1, 1)
    together = REACH * long / change.norm()
    cut = long.clamp(-REACH, REACH)
    causes = {
        "one length is computed for the whole batch": together,
        "each pixel is clamped by itself: that is the L-infinity projection": cut,
        "nothing is shortened": long,
    }
    expect(
        lengths(got - wanted).max().item(),
        "a distance from the nearest point of the ball of",
        at_most=TOLERANCE,
        cause=next((why for why, other in causes.items() if same(got, other)), ""),
        hint="A length for each image: flatten(1).norm(dim=1), put back in shape (n, 1, 1, 1).",
    )


@graded_projection(needs="projection_shortens_what_is_outside")
def test_projection_keeps_images(student: Student, setting: Setting) -> None:
    """The result is in [0, 1] and still within epsilon"""
    images = setting.test_images(8).images
    noise = torch.randn(images.shape, generator=setting.generator("more changes"))
    answer = require_images(student.call("project_l2", images.clone(), images + noise, 2.0), images)
    expect_true(
        answer.min().item() >= 0 and answer.max().item() <= 1,
        "pixels in [0, 1]",
        f"pixels from {answer.min().item():.4f} to {answer.max().item():.4f}",
        cause="the pixels are not clamped to [0, 1]",
    )
    expect(
        lengths(answer - images).max().item(),
        "a longest change of",
        at_most=2 + TOLERANCE,
        cause="something after the clamp moves the images away again",
    )


# --- l2_pgd --------------------------------------------------------------------------------------


def attacked(
    student: Student, network: Network, images: Tensor, labels: Tensor, epsilon: float, **how: Any
) -> Tensor:
    """The images after the student's attack."""
    ref = student.network(network)
    answer = student.call("l2_pgd", ref, images.clone(), labels.clone(), epsilon, **how)
    return require_images(answer, images)


def two_classes(setting: Setting) -> tuple[Network, Tensor]:
    """A linear network with two classes, and the direction that raises the loss of class 0."""
    channels, size, _ = setting.dataset.image_shape
    network = Network.build(
        "linear", setting.seed("two"), in_channels=channels, image_size=size, num_classes=2
    )
    weights = network.weights[0]
    direction = (weights[1] - weights[0]).view(1, channels, size, size)
    return network, direction / direction.norm()


@graded_l2()
def test_l2_steps_are_step_size_long(student: Student, setting: Setting) -> None:
    """One step has the length step_size and goes straight up the gradient"""
    require(student, "l2_pgd", "function")
    network, direction = two_classes(setting)
    images = grey(setting)
    labels = torch.zeros(len(images), dtype=torch.int64)
    how = {"step_size": 0.3, "steps": 1, "random_start": False}
    change = attacked(student, network, images, labels, 1.0, **how) - images
    with torch.no_grad():
        slope = F.softmax(network.module(images), dim=1)[:, 1].view(-1, 1, 1, 1)
    weights = network.weights[0]
    raw = slope * (weights[1] - weights[0]).norm() * direction
    sign = direction.sign() / direction.sign().norm()  # so long a step ends at the edge
    causes = {
        "the step goes down the loss": -0.3 * direction.expand_as(change),
        "the step follows the sign of the gradient, as for L-infinity": sign.expand_as(change),
        "the gradient is not brought to length 1": 0.3 * raw,
        "one length is computed for the whole batch": 0.3 * raw / raw.norm(),
    }
    found = (why for why, other in causes.items() if same(change, other))
    expect(
        lengths(change - 0.3 * direction).max().item(),
        "a distance from the right point of",
        at_most=1e-4,
        cause=next(found, ""),
        hint="Divide each image's gradient by its own length.",
    )


@graded_l2(needs="l2_steps_are_step_size_long")
def test_l2_steps_add_up_to_epsilon(student: Student, setting: Setting) -> None:
    """Many steps end at the edge of the ball, and no further"""
    network, direction = two_classes(setting)
    images = grey(setting)
    labels = torch.zeros(len(images), dtype=torch.int64)
    how = {"step_size": 0.3, "steps": 7, "random_start": False}
    change = attacked(student, network, images, labels, 1.0, **how) - images
    far = lengths(change).max().item()
    cause = "the projection is around the last point, not the original image" if far > 1.01 else ""
    expect(
        lengths(change - direction).max().item(),
        "a distance from the right point of",
        at_most=1e-4,
        cause=cause,
        hint="Seven steps of 0.3 are 2.1 long; project around the images you were given.",
    )


@graded_l2(needs="l2_steps_add_up_to_epsilon")
def test_l2_starts_at_random(student: Student, setting: Setting) -> None:
    """The random start lies within the ball, differs by generator, and repeats with it"""
    images = grey(setting)
    labels = setting.test_images(len(images)).labels
    starts = [
        attacked(
            student,
            setting.victim,
            images,
            labels,
            1.0,
            step_size=0.3,
            steps=0,
            generator=student.generator(seed),
            global_seed=call,
        )
        for call, seed in enumerate((1, 1, 2))
    ]
    expect_true(
        torch.equal(starts[0], starts[1]) and not torch.equal(starts[0], starts[2]),
        "one start for one generator, another for another",
        "two starts for one generator"
        if not torch.equal(starts[0], starts[1])
        else "the same start for both",
        cause="the start is not drawn from the generator",
    )
    away = lengths(starts[0] - images)
    expect(away.max().item(), "a start at a distance of", at_most=1 + TOLERANCE)
    expect(away.max().item(), "a start at a distance of", at_least=0.05, cause="no random start")


@graded_l2(needs="l2_steps_add_up_to_epsilon")
def test_l2_fools_the_network(
    student: Student, setting: Setting, measures: dict[str, float]
) -> None:
    """Twenty steps turn more answers than one step of the same length"""
    test, model = setting.test_images(96), setting.victim.module
    left = []
    for step_size, steps in ((1.5, 1), (0.375, 20)):
        how = {"step_size": step_size, "steps": steps, "random_start": False}
        moved = attacked(student, setting.victim, test.images, test.labels, 1.5, **how)
        left.append(metrics.accuracy(model, moved, test.labels))
    measures.update(after_one=left[0], after_twenty=left[1])
    expect(
        left[1],
        "a share of images still read right of",
        at_most=min(left[0], 0.5),
        cause="every step uses the gradient at the original images",
    )


@graded_l2(needs="l2_steps_are_step_size_long")
def test_l2_leaves_no_trace(student: Student, setting: Setting) -> None:
    """The network, its gradients and the images are as before"""
    leaves_no_trace(student, setting, "l2_pgd", step_size=0.1, steps=2, random_start=False)
