"""A `CNN` for images of another shape than 28x28 grey: what is asked of it, and what is said."""

import pytest
import torch
from torch import Tensor, nn

from autograder import catalog
from autograder.judge.judge import run_checks
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult
from autograder.student import Student
from autograder.student.kernel import LiveTransport
from autograder.worker.limits import Limits
from course.data import Dataset, Split
from solutions.cnn import CNN


class Fixed(nn.Module):
    """A right answer for digits, with the numbers of the table."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(256, 10)),
        )

    def forward(self, images: Tensor) -> Tensor:
        return self.layers(images)


class FixedWithArguments(Fixed):
    """The same, with the arguments of the stub left unused."""

    def __init__(self, channels: int = 1, side: int = 28) -> None:
        super().__init__()


class Unfinished(nn.Module):
    """An answer that is right for no images."""

    def __init__(self, channels: int = 1, side: int = 28) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, 8, kernel_size=99)

    def forward(self, images: Tensor) -> Tensor:
        return self.conv(images)


def checked(network: type[nn.Module], channels: int, side: int) -> list[CheckResult]:
    """The checks of the exercise, on a few images of this shape."""
    images = torch.rand(9, channels, side, side, generator=torch.Generator().manual_seed(0))
    split = Split(images, torch.arange(9))
    setting = Setting("a1-cnn", "digits")
    setting.__dict__["dataset"] = Dataset("some", split, split, tuple("0123456789"))
    student = Student(LiveTransport({"CNN": network}), Limits(), public=True)
    return run_checks(catalog.assignment("a1-cnn"), student, setting, "cnn")


@pytest.mark.parametrize(
    ("network", "channels", "side"),
    [(Fixed, 1, 28), (FixedWithArguments, 1, 28), (CNN, 1, 28), (CNN, 3, 32), (CNN, 1, 20)],
)
def test_a_network_for_these_images_is_right(
    network: type[nn.Module], channels: int, side: int
) -> None:
    assert [check.status for check in checked(network, channels, side)] == ["OK"] * 3


@pytest.mark.parametrize("network", [Fixed, FixedWithArguments])
def test_a_network_for_digits_alone_is_told_so(network: type[nn.Module]) -> None:
    first, *others = checked(network, 3, 32)
    assert first.status == "CRASH"
    assert first.expected == "CNN(3, 32) to take images of 3x32x32"
    assert "its sizes are fixed" in first.cause
    assert not any(check.points for check in others)


def test_another_error_keeps_its_own_cause() -> None:
    first, *_ = checked(Unfinished, 3, 32)
    assert first.status == "CRASH"
    assert "fixed" not in first.cause
