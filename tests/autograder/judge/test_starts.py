"""A training that learns late gets other networks to start from, and the best of them counts."""

from dataclasses import dataclass
from math import log
from types import SimpleNamespace

import pytest

from autograder.checks.a5_adversarial_training import defence
from autograder.judge.expect import Bar
from autograder.judge.robustness import Robustness
from autograder.judge.setting import Setting

GUESS = log(10)
SETTING = Setting("a5-adversarial-training", "digits", b"a secret for the starts")
BAR = SETTING.evidence("gain").bar
CLEAN, ATTACKED = 0.1, 1.1  # the losses of the network at the end
WEAK = 0.4  # a last loss that says: not the whole epsilon


@dataclass
class Trained:
    """What `best_defence` reads of a training."""

    losses: object
    gain: float
    clean: float = 0.99
    changed: bool = True

    @property
    def late(self) -> bool:
        return defence.late(self, SETTING)

    @property
    def bar(self) -> Bar:
        return defence.gain_bar(self, SETTING)

    @property
    def after(self) -> Robustness:
        return Robustness(clean=self.clean, fgsm=0.5, worst_case=0.5, hidden=0)


@pytest.fixture(autouse=True)
def known_losses(monkeypatch):
    monkeypatch.setattr(defence, "last_losses", lambda _trained, _setting: (CLEAN, ATTACKED))


@pytest.fixture
def best(monkeypatch):
    """A function that scripts the trainings: returns the best, the number of starts, the notes."""

    def of(*scripted):
        student, starts = SimpleNamespace(notes=[]), []

        def train(_student, _setting, start):
            starts.append(start)
            return scripted[start]

        monkeypatch.setattr(defence, "defence", train)
        return defence.best_defence(student, SETTING), starts, student.notes

    return of


def test_a_late_training_is_given_another_start_and_the_best_counts(best):
    late, later = Trained([GUESS, 1.1], 0.6, clean=0.87), Trained([GUESS * 0.99, 1.0], 0.9)
    found, starts, notes = best(late, later)
    assert found is later
    assert starts == [0, 1]
    assert "2 starts" in notes[0]


def test_a_start_that_is_better_and_not_enough_counts_without_a_note(best):
    worse, better = Trained([GUESS, 1.0], 0.5), Trained([GUESS, 1.0], 0.6)
    found, _, notes = best(worse, better, worse)
    assert found is better
    assert notes == []


def test_the_first_counts_where_no_other_start_is_better(best):
    first, worse = Trained([GUESS, 1.0], 0.6), Trained([GUESS, 1.0], 0.5)
    found, starts, notes = best(first, worse, worse)
    assert found is first
    assert starts == [0, 1, 2]
    assert notes == []  # nothing became of it


def test_a_bar_for_clean_accuracy_alone_is_a_reason_too(best):
    _, starts, _ = best(Trained([GUESS, 1.0], 0.95, clean=0.5), Trained([GUESS, 1.0], 0.95))
    assert starts == [0, 1]


@pytest.mark.parametrize(
    "trained",
    [
        pytest.param(Trained([GUESS, 1.0], 0.95), id="late, and good all the same"),
        pytest.param(Trained([GUESS, 1.0], 0.7), id="late, and enough for it"),
        pytest.param(Trained([1.1, 0.5], 0.6), id="learned at once: too little of it"),
        pytest.param(Trained([GUESS, 1.0], 0.0, changed=False), id="nothing was trained"),
        pytest.param(Trained([147.4, 140.0], 0.6), id="a sum of losses"),
        pytest.param(Trained([], 0.6), id="no losses"),
        pytest.param(Trained(["2.30"], 0.6), id="text"),
        pytest.param(Trained(None, 0.6), id="nothing"),
    ],
)
def test_every_other_training_has_one_start(best, trained):
    found, starts, notes = best(trained)
    assert found is trained
    assert starts == [0]
    assert notes == []


def test_who_learned_late_from_whole_attacks_needs_less_gain():
    found = defence.gain_bar(Trained([GUESS, 0.95], 0.7), SETTING)
    assert found.zero == BAR.zero
    assert 0.64 < found.full < 0.68


@pytest.mark.parametrize(
    "losses",
    [
        pytest.param([GUESS, WEAK], id="late, from weak attacks"),
        pytest.param([1.1, 0.95], id="at once, from whole attacks"),
        pytest.param([GUESS, None], id="no last loss"),
        pytest.param(None, id="nothing"),
    ],
)
def test_everybody_else_needs_the_usual_gain(losses):
    assert defence.gain_bar(Trained(losses, 0.7), SETTING) == BAR
