"""Errors as data: which of them are refusals by the student's own code."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F

from autograder.worker.reports import report
from course.inputs import check_size


def refuse() -> None:
    raise ValueError("no")


def misspell() -> None:
    raise ValeuError("no")  # noqa: F821  the mistake that is tested


def fail_an_assert() -> None:
    assert refuse is None


def give_too_few_labels() -> None:
    F.cross_entropy(torch.zeros(3, 2), torch.zeros(2, dtype=torch.int64))


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        (refuse, True),
        (lambda: check_size(-1.0), True),
        (misspell, False),
        (fail_an_assert, False),
        (give_too_few_labels, False),
    ],
)
def test_a_refusal_is_a_value_error_of_ones_own_or_of_the_course(
    call: Callable[[], None], refusal: bool
) -> None:
    with pytest.raises((ValueError, NameError, AssertionError)) as caught:
        call()
    assert report(caught.value, {}, ())["refusal"] is refusal
