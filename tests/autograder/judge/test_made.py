"""Values that the judge makes once are the same new or stored, and hidden from students."""

import dataclasses
import importlib
from pathlib import Path

import pytest
import torch

from autograder import catalog, installed
from autograder.judge import cache, made
from autograder.judge import setting as settings
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.sandbox import strongest_level
from course.budget import budget

SECRET = b"a secret of this test"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    """A cache for this test alone, and networks that are trained briefly."""
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    brief = dataclasses.replace(budget("digits"), cnn_epochs=3)
    monkeypatch.setattr(settings, "budget", lambda _profile: brief)
    return cache.folder()


def fails(*_: object) -> None:
    raise AssertionError("it was made again")


def test_it_is_made_once_and_is_bit_for_bit_what_a_setting_makes_itself(monkeypatch, capsys):
    setting = Setting("a3-fgsm", "digits", SECRET)
    with made.one_thread():
        own = setting.victim
    cold = made.prepare(setting)
    said = capsys.readouterr().err
    assert "a3-fgsm" in said
    monkeypatch.setattr(made, "make", fails)
    assert made.prepare(setting) == cold
    assert capsys.readouterr().err == ""
    assert made.Made.from_line(cold.to_line()) == cold
    kept = Setting("a3-fgsm", "digits", SECRET)
    kept.take(cold.hidden)
    pairs = list(zip(own.weights, kept.victim.weights, strict=True))
    assert all(torch.equal(a, b) for a, b in pairs)
    assert all(a.stride() == b.stride() for a, b in pairs)
    public = Setting("a3-fgsm", "digits")
    public.take(cold.public)
    assert not torch.equal(public.victim.weights[0], own.weights[0])


def test_a_result_is_the_same_cold_and_warm(monkeypatch):
    results = []
    path = installed.notebook("a3-fgsm")
    for _ in range(2):
        setting = Setting("a3-fgsm", "digits", SECRET)
        made.make_ready(setting)
        with made.one_thread():
            result = Judge(setting, strongest_level(), preloaded=False).judge("ada", path)
        result.seconds = 0.0
        for check in result.checks:
            check.seconds = 0.0
        results.append(dataclasses.asdict(result))
        monkeypatch.setattr(made, "make", fails)
    assert results[0] == results[1]
    assert results[0]["status"] == "OK"


def test_a_change_of_what_it_depends_on_makes_it_anew(monkeypatch):
    setting = Setting("a3-fgsm", "digits", SECRET)
    before = made.dependences(setting)
    assert before != made.dependences(Setting("a4-pgd", "digits", SECRET))
    monkeypatch.setattr("autograder.judge.provenance.grader_version", lambda: "another")
    assert before != made.dependences(setting)


def test_threads_are_left_as_they_were():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with made.one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize("assignment", catalog.KNOWN)
def test_whoever_trains_a_network_for_all_makes_it_ahead(assignment):
    """`victim` and `plain_robustness` in the checks take seconds; where nothing does, what is made
    ahead may still be all that is remembered."""
    known = catalog.assignment(assignment)
    own = known.check_file.parent.glob("*.py")
    files = [known.check_file] if known.id.startswith("x-") else list(own)
    texts = [path.read_text(encoding="utf-8") for path in files]
    trains = any(".victim" in text or "plain_robustness" in text for text in texts)
    made_ahead = hasattr(importlib.import_module(known.module), "make_ahead")
    assert made_ahead or not trains
    assert made_ahead == trains or made.is_whole(assignment)


READER = """
import os
from pathlib import Path

def look(folder):
    try:
        return sorted(os.listdir(folder))
    except OSError as error:
        return type(error).__name__

FOUND = look({folder!r})

def fgsm(model, images, labels, epsilon):
    raise ValueError(str(FOUND))
"""


@pytest.mark.skipif(strongest_level() == "none", reason="nothing is hidden at this level")
def test_a_student_sees_nothing_of_the_folder(folder, tmp_path):
    public = Setting("a3-fgsm", "digits")
    made.make_ready(public)
    assert list(folder.glob("*.json"))
    path = tmp_path / "a3-fgsm.py"
    path.write_text(READER.format(folder=str(folder)))
    result = Judge(public, strongest_level(), preloaded=False).judge("eve", path)
    text = result.to_json()
    assert "FileNotFoundError" in text or "PermissionError" in text
    assert not any(file.name in text for file in folder.iterdir())


def test_an_assignment_that_needs_no_network_keeps_nothing(folder):
    assert made.prepare(Setting("x-onnx", "digits", SECRET)) == made.Made(b"")
    assert not folder.exists()
