"""A graded network is trained again in a worker, and the ensemble attacks that very network."""

import contextlib
import dataclasses

import pytest

from autograder.checks.a5_adversarial_training.defence import best_defence
from autograder.errors import GraderFault
from autograder.handin import submission
from autograder.judge import inputs, setting
from autograder.judge.provenance import provenance, sign
from autograder.report.results import Result
from autograder.student import student_in_worker
from autograder.term import ensemble
from course.errors import CourseError
from solutions.ensemble import ensemble as four_attacks

SECRET = b"one secret of the tests"
ANSWER = """
import torch

def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=20, seed=0):
    torch.manual_seed(seed)
    adam = torch.optim.Adam(model.parameters(), lr=0.005)
    model.train()
    for _ in range(epochs):
        for x, y in zip(images.split(batch_size), labels.split(batch_size)):
            adam.zero_grad()
            torch.nn.functional.cross_entropy(model(x), y).backward()
            adam.step()
    return [0.0] * epochs
"""


@pytest.fixture(scope="module", autouse=True)
def few_images():
    """Few images and epochs: what is trained does not matter here."""
    few = setting.budget("digits")
    few = dataclasses.replace(few, train_images=400, test_images=40, adversarial_epochs=4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setting, "budget", lambda profile: few)
        patch.setattr(inputs, "budget", lambda profile: few)
        yield


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """The file, its result, what the judge's attacks left of the network, and the network."""
    path = tmp_path_factory.mktemp("ada") / "a5-adversarial-training.py"
    path.write_text(ANSWER)
    judged = setting.Setting("a5-adversarial-training", "digits", SECRET)
    read = submission.read(path)
    worker = student_in_worker(read, ["adversarial_train"], "none", judged.limits, public=False)
    with contextlib.closing(worker) as student:
        network = best_defence(student, judged).network
    names = judged.label_permutation[judged.dataset.test.labels]
    before = judged.attacked(network, names).worst_case
    after = four_attacks(
        network.module,
        judged.dataset.test.images,
        names,
        judged.budget.epsilon,
        seed=judged.seed("ensemble"),
    )
    return path, result_of(judged, read.sha256), before, after.accuracy


def result_of(judged, digest):
    result = Result("ada", judged.assignment, "digits", "OK", 20, 20, "none", 1.0, [])
    result.provenance = provenance(judged, digest, "none")
    result.signature = sign(result, SECRET)
    return result


def test_the_ensemble_attacks_the_network_that_was_graded(graded):
    path, result, before, after = graded
    assert before > 0  # or there is nothing left to attack
    assert ensemble.attacked_again(result, before, path, SECRET) == after
    assert after <= before


def test_another_network_than_was_graded_is_not_attacked(graded, monkeypatch):
    path, result, before, _ = graded
    monkeypatch.setattr(ensemble, "ensemble", None)
    found = ensemble.attacked_again(result, before + 1 / 40, path, SECRET)
    assert found == f"trained again, it is another network ({100 * before:.1f} % robust)"


def test_a_training_that_fails_now_is_no_error(graded, tmp_path):
    _, result, before, _ = graded
    path = tmp_path / "a5-adversarial-training.py"
    path.write_text("def adversarial_train(model, images, labels, **more):\n    raise OSError\n")
    result = result_of(
        setting.Setting(result.assignment, "digits", SECRET), submission.read(path).sha256
    )
    assert (
        ensemble.attacked_again(result, before, path, SECRET)
        == "trained again, it ended with CRASH"
    )


def test_a_box_that_does_not_start_here_is_said_in_one_line(graded, monkeypatch):
    path, result, before, _ = graded

    def refuse(*_, **__):
        raise GraderFault("the sandbox could not be started: no bubblewrap")

    monkeypatch.setattr(ensemble, "student_in_worker", refuse)
    with pytest.raises(CourseError, match="ada: the sandbox could not be started"):
        ensemble.attacked_again(result, before, path, SECRET)


def test_nothing_is_run_for_a_result_that_was_changed(graded, monkeypatch):
    path, result, before, _ = graded
    monkeypatch.setattr(ensemble, "student_in_worker", None)
    weaker = dataclasses.replace(result, sandbox="medium")
    with pytest.raises(CourseError, match="its signature does not hold"):
        ensemble.attacked_again(weaker, before, path, SECRET)


def test_nothing_is_run_of_another_file_than_was_graded(graded, tmp_path, monkeypatch):
    _, result, before, _ = graded
    monkeypatch.setattr(ensemble, "student_in_worker", None)
    other = tmp_path / "a5-adversarial-training.py"
    other.write_text(ANSWER + "\n")
    with pytest.raises(CourseError, match="is not the file of ada that was graded"):
        ensemble.attacked_again(result, before, other, SECRET)
