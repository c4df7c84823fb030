"""Errors as data, and the errors that are refusals by the student's code."""

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


@pytest.mark.parametrize(
    ("head", "line", "name"),
    [
        ("from torch import *", "return max(1, 2)", "max"),
        ("sum = 3", "return sum([1, 2])", "sum"),
        ("max = max", "return max(1, None)", ""),
        ("list = []", "return max(1, None)", ""),
    ],
)
def test_a_name_of_pythons_own_that_the_notebook_binds_anew_is_named(head, line, name):
    namespace: dict[str, object] = {}
    exec(compile(f"{head}\ndef broken():\n    {line}\n", "cell 1", "exec"), namespace)
    with pytest.raises(TypeError) as caught:
        namespace["broken"]()  # type: ignore[operator]
    assert report(caught.value, namespace, ["cell 1"])["shadows"] == name
