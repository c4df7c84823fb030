"""A person decides about a training that cannot have happened, and only about such a one."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from autograder.checks import new_task
from autograder.checks.new_task import Lesson, Training, require_trained
from autograder.errors import ForReview, Wrong
from autograder.judge.setting import Setting

HIDDEN = Setting("a1-cnn", "digits", b"one")


def weights(purpose: str) -> list[Tensor]:
    return HIDDEN.network("tiny-cnn", purpose).weights


def training(
    *,
    seconds: float = 3.0,
    elsewhere: bool = False,
    seen: int = 18_000,
    given: str = "given",
) -> Training:
    """A training with weights that moved far, or that come from elsewhere."""
    noise = torch.Generator().manual_seed(len(given))
    start = weights(given)
    moved = [w + 2 * w.std() * torch.randn(w.shape, generator=noise) for w in start]
    return Training(start, weights("elsewhere") if elsewhere else moved, seconds, seen)


SHORT = training(seconds=1.0, seen=7_680, given="given for the new task")


def test_the_relation_of_weights_tells_a_training_from_weights_brought_along() -> None:
    assert training().relation > 15
    assert abs(training(elsewhere=True).relation) < 3
    zeros = [torch.zeros_like(weight) for weight in weights("given")]
    assert Training(weights("given"), zeros, 1.0, 1).relation == 0


@pytest.mark.parametrize("seconds", [1.0, 3.0, 60.0])
def test_a_training_that_can_have_happened_passes(seconds: float) -> None:
    require_trained(HIDDEN, training(seconds=seconds), SHORT)


def test_a_training_that_took_no_computing_goes_to_a_person() -> None:
    with pytest.raises(ForReview) as fault:
        require_trained(HIDDEN, training(seconds=0.05), SHORT)
    assert "0.1 s of computing" in fault.value.cause


def test_weights_from_elsewhere_go_to_a_person() -> None:
    with pytest.raises(ForReview, match="weights"):
        require_trained(HIDDEN, training(elsewhere=True), SHORT)


def test_the_same_weights_after_two_trainings_go_to_a_person() -> None:
    """Brought along for both, with half of the handed-out ones, which relate them to each."""
    brought = weights("elsewhere")
    long, short = (
        Training(start, [w + s / 2 for w, s in zip(brought, start, strict=True)], 3.0, 18_000)
        for start in (weights("given"), weights("given for the new task"))
    )
    assert min(long.relation, short.relation) > 3
    with pytest.raises(ForReview) as fault:
        require_trained(HIDDEN, long, short)
    assert "have the same ones" in fault.value.cause


def test_where_computing_is_not_counted_nobody_is_suspected() -> None:
    uncounted = replace(SHORT, cpu_seconds=0.0)
    require_trained(HIDDEN, training(seconds=0.0), uncounted)


def test_a_students_own_check_suspects_nobody() -> None:
    require_trained(Setting("a1-cnn", "digits"), training(seconds=0.0), SHORT)


def lesson(*, clean: float, withstood: float) -> Lesson:
    return Lesson(SHORT, clean, withstood, plain=0.3)


def after_lessons(monkeypatch: pytest.MonkeyPatch, *lessons: Lesson) -> None:
    """Ask for a new task where these are what the student's trainings came to."""
    following = iter(lessons)
    monkeypatch.setattr(new_task, "taught", lambda *_, **__: next(following))
    new_task.require_new_task(
        None, HIDDEN, "adversarial_train", "tiny-cnn", training(), attacked=True, withstands=True
    )


LEARNED, NOTHING = lesson(clean=0.95, withstood=0.3), lesson(clean=0.2, withstood=0.0)


@pytest.mark.parametrize("learned_at", range(4))
def test_a_task_learned_without_robustness_goes_to_a_person_whichever_it_was(
    monkeypatch: pytest.MonkeyPatch, learned_at: int
) -> None:
    lessons = [LEARNED if attempt == learned_at else NOTHING for attempt in range(4)]
    with pytest.raises(ForReview) as fault:
        after_lessons(monkeypatch, *lessons)
    assert "not to withstand attacks" in fault.value.cause


def test_no_task_learned_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Wrong) as fault:
        after_lessons(monkeypatch, *4 * [NOTHING])
    assert "does not learn" in fault.value.cause


def test_one_task_learned_as_it_should_be_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    after_lessons(monkeypatch, NOTHING, lesson(clean=0.95, withstood=0.9))
