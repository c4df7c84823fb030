"""Checks in the student's own kernel: copies, faults, and `with` blocks."""

import random

import numpy
import pytest
import torch

from autograder.errors import Crash
from autograder.student import Student
from autograder.student.kernel import LiveTransport
from autograder.worker.limits import Limits
from autograder.worker.protocol import Opaque, Ref

# --- in the student's own kernel ------------------------------------------------------------------


def live(**names) -> Student:
    return Student(LiveTransport(names), Limits(), public=True)


def test_live_functions_get_copies_and_keep_the_kernels_random_state():
    def spoil(images):
        torch.manual_seed(123)
        random.seed(123)
        numpy.random.seed(123)
        images.add_(1)
        return images

    images = torch.zeros(2)
    before = torch.get_rng_state()
    others = random.getstate(), numpy.random.get_state()[1].tolist()
    assert torch.equal(live(spoil=spoil).call("spoil", images), torch.ones(2))
    assert torch.equal(images, torch.zeros(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert (random.getstate(), numpy.random.get_state()[1].tolist()) == others


def test_live_errors_are_faults():
    def fail():
        raise ValueError("why")

    with pytest.raises(Crash, match="ValueError: why"):
        live(fail=fail).call("fail")


def test_live_answers_that_cannot_cross_are_names():
    student = live(big=lambda: 10**5000, sparse=lambda: torch.eye(2).to_sparse())
    assert isinstance(student.call("big"), Opaque)
    assert isinstance(student.call("sparse"), Opaque)


def test_a_kept_object_is_forgotten_on_close():
    student = live(make=lambda: torch.nn.Linear(1, 1))
    ref = student.make("make")
    assert isinstance(ref, Ref)
    student.close()
    with pytest.raises(Crash):
        student.apply(ref, torch.zeros(1, 1))


# --- with blocks ----------------------------------------------------------------------------------


class Manager:
    """Records its calls; swallows errors on request."""

    def __init__(self, swallows: bool = False) -> None:
        self.swallows = swallows
        self.notes: list[str] = []

    def __enter__(self):
        self.notes.append("entered")
        return self

    def __exit__(self, kind, error, traceback):
        self.notes.append("left" if kind is None else kind.__name__)
        return self.swallows


def test_a_block_is_entered_and_left_and_its_manager_asked():
    student = live(Manager=Manager)
    manager = student.make("Manager")
    given = student.enter(manager)
    assert student.attribute(given, "notes") == ["entered"]
    assert student.leave(manager) is False
    assert student.attribute(manager, "notes") == ["entered", "left"]


@pytest.mark.parametrize("swallows", [True, False])
@pytest.mark.parametrize("error", ["Exception", "KeyboardInterrupt", "GeneratorExit"])
def test_a_block_is_left_by_an_error(swallows, error):
    student = live(Manager=Manager)
    manager = student.make("Manager", swallows)
    given = student.enter(manager)
    assert student.leave(manager, failed=error) is swallows
    assert student.attribute(given, "notes") == ["entered", error]


def test_two_blocks_are_left_in_any_order():
    student = live(Manager=Manager)
    first, second = student.make("Manager"), student.make("Manager")
    student.enter(first)
    student.enter(second)
    student.leave(first)
    assert student.attribute(second, "notes") == ["entered"]
    student.leave(second)
    assert student.attribute(second, "notes") == ["entered", "left"]


def test_what_is_no_context_manager_cannot_be_entered():
    student = live(make=object)
    with pytest.raises(Crash, match="context manager"):
        student.enter(student.make("make"))
