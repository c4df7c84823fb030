"""An exercise that loses points is judged again with all statements, if one left out may matter."""

import json
from pathlib import Path

import mutants
import pytest

from autograder.judge import judge as judging
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting

ASSIGNMENT = "a3-fgsm"
SETUP = "%%writefile own_setup.py\nimport __main__\ndef prepare():\n    __main__.TOP = 1.0\n"
ANSWER = mutants.reference(ASSIGNMENT) + (
    "\n\ndef fgsm(model, images, labels, epsilon):\n"
    "    check_attack(images, labels, epsilon)\n"
    "    moved = images + epsilon * loss_gradient(model, images, labels).sign()\n"
    "    return moved.clamp(0, TOP)\n"
)


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(Setting(ASSIGNMENT, "digits", b"what is judged again"), "none", preloaded=False)


@pytest.fixture
def starts(monkeypatch) -> list[bool]:
    """A list with an entry for each started worker: whether it runs the whole notebook."""
    started: list[bool] = []
    start = judging.student_in_worker

    def counting(*arguments, **options):
        started.append(options["whole"])
        return start(*arguments, **options)

    monkeypatch.setattr(judging, "student_in_worker", counting)
    return started


def hand_in(folder: Path, *cells: str) -> Path:
    made = [{"cell_type": "code", "metadata": {}, "source": source} for source in cells]
    path = folder / f"{ASSIGNMENT}.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": made}))
    return path


def test_an_answer_that_needs_all_cells_gets_its_points(judge, starts, tmp_path):
    path = hand_in(tmp_path, SETUP, "import own_setup\nown_setup.prepare()", ANSWER)
    result = judge.judge("ada", path)
    assert (result.status, result.score) == ("OK", result.max_score)
    assert any("judged again" in note for note in result.notes)
    assert starts[:2] == [False, True]


def test_a_wrong_answer_stays_wrong_and_says_so_once(judge, starts, tmp_path):
    wrong = ANSWER.replace("images + epsilon", "images - epsilon")
    path = hand_in(tmp_path, "import own_setup\nown_setup.prepare()", wrong + "\nTOP = 1.0\n")
    result = judge.judge("ada", path)
    assert 0 < result.score < result.max_score
    assert not any("judged again" in note for note in result.notes)
    assert sum(starts) >= 1


def test_nothing_is_judged_again_where_nothing_was_left_out(judge, starts, tmp_path):
    path = hand_in(tmp_path, "print('hello')", ANSWER.replace("TOP", "0.0"))
    result = judge.judge("ada", path)
    assert result.score < result.max_score
    assert not any(starts)
