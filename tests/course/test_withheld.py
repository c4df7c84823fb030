"""A function of the course that solves an exercise is off while that exercise is graded."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from course import attacks
from course.metrics import accuracy
from course.models import build
from course.training import Recipe, fit
from course.withheld import WithheldError, withheld_from


def measured() -> object:
    return accuracy(build("tiny-cnn"), torch.rand(2, 1, 28, 28), torch.tensor([1, 2]))


def trained() -> object:
    images, labels = torch.rand(2, 1, 28, 28), torch.tensor([1, 2])
    return fit(build("tiny-cnn"), images, labels, Recipe(epochs=1), progress=False)


def attacked() -> object:
    images, labels = torch.rand(2, 1, 28, 28), torch.tensor([1, 2])
    return attacks.pgd(build("tiny-cnn"), images, labels, 0.1, step_size=0.1, steps=1)


@pytest.mark.parametrize(
    ("exercise", "call"),
    [
        ("accuracy", measured),
        ("train", trained),
        ("CNN", lambda: build("tiny-cnn")),
        ("pgd", attacked),
        ("margin_loss", lambda: attacks.margin_loss(torch.zeros(1, 2), torch.tensor([1]))),
    ],
)
def test_it_is_refused_in_its_own_exercise_alone(exercise: str, call: Callable[[], object]) -> None:
    with withheld_from(exercise), pytest.raises(WithheldError, match=f"`{exercise}` asks"):
        call()
    with withheld_from("adversarial_train"):
        call()
    call()


def test_it_is_refused_in_a_thread_and_in_another_context_too() -> None:
    with withheld_from("pgd"), ThreadPoolExecutor(1) as pool:
        with pytest.raises(WithheldError):
            pool.submit(attacked).result()
        with pytest.raises(WithheldError):
            contextvars.Context().run(attacked)
    assert not hasattr(attacks.pgd, "__wrapped__")
