"""Results that can be trusted later: signatures, resuming, and computing a grade again."""

import json
import re
import shutil

import pytest

from autograder import cli
from autograder.grading import batch
from autograder.grading.slots import lost
from autograder.judge import provenance
from autograder.report.results import Result
from autograder.secret import secret_id
from autograder.term import appeals

ANSWER = """
import torch.nn.functional as F

def fgsm(model, images, labels, epsilon):
    x = images.clone().requires_grad_(True)
    F.cross_entropy(model(x), labels).backward()
    return (x + epsilon * x.grad.sign()).clamp(0, 1).detach()
"""
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Two students' a3-fgsm, graded once."""
    root = tmp_path_factory.mktemp("term")
    for student in ("ada", "grace"):
        folder = root / "submitted" / student / "a3-fgsm"
        folder.mkdir(parents=True)
        (folder / "a3-fgsm.py").write_text(ANSWER)
    (root / "secret").write_text(SECRET)
    assert grade(root) == 0
    return root


@pytest.fixture
def term(graded, tmp_path):
    """A copy of the graded class, to be tampered with."""
    shutil.copytree(graded, tmp_path / "term")
    return tmp_path / "term"


def grade(root, *options):
    submitted, out, secret = (str(root / name) for name in ("submitted", "out", "secret"))
    options = ("--out", out, "--secret", secret, "--jobs", "1", "--trust-submissions", *options)
    return cli.main(["grade", "a3-fgsm", submitted, *options])


def verify(root):
    return cli.main(["verify", str(root / "out"), "--secret", str(root / "secret")])


def test_another_secret_is_named_as_the_reason(capsys):
    result = Result("ada", "a3-fgsm", "digits", "OK", 1.0, 1.0, "none", 0.0, [])
    result.provenance = {"secret_id": secret_id(b"one secret of sixteen")}
    assert "with another secret" in appeals.why_not(result, b"another of sixteen letters")
    assert "does not hold" in appeals.why_not(result, b"one secret of sixteen")


def replay(root, student="ada"):
    paths = (str(root / "out" / "results" / f"{student}.json"), str(root / "submitted"))
    return cli.main(["replay", *paths, "--secret", str(root / "secret")])


def change(root, **values):
    path = root / "out" / "results" / "ada.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def test_untouched_results_verify(term, capsys):
    assert verify(term) == 0
    assert "2 results, no problems found" in capsys.readouterr().out


def test_one_result_is_counted_in_the_singular(term, capsys):
    (term / "out" / "results" / "grace.json").unlink()
    assert verify(term) == 1  # the table has another row
    assert capsys.readouterr().out.endswith("1 result, 1 problem found\n")


@pytest.mark.parametrize("command", [verify, replay])
@pytest.mark.parametrize("content", [b"\xff", b"[" * 100_000, b"{}", b"[]", b'{"checks": [1]}'])
def test_a_damaged_result_is_one_line(term, capsys, command, content):
    path = term / "out" / "results" / "ada.json"
    path.write_bytes(content)
    assert command(term) == 2
    shown = capsys.readouterr().err
    assert "ada.json is no result of `autograder grade`" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    "values",
    [
        {"student": "../grace"},
        {"score": "20"},
        {"status": "FINE"},
        {"signature": 5},
        {"signature": "é"},
        {"provenance": []},
        {"notes": [1]},
    ],
)
def test_a_result_that_the_judge_cannot_have_written_is_refused(term, capsys, values):
    change(term, **values)
    assert verify(term) == 2
    assert "ada.json is no result of `autograder grade`" in capsys.readouterr().err


def test_a_changed_score_is_found(term, capsys):
    change(term, score=20.0)
    assert verify(term) == 1
    shown = capsys.readouterr().out
    assert "ada.json: its signature does not hold" in shown
    assert "another score for ada" in shown


def test_a_changed_table_is_found(term, capsys):
    table = term / "out" / "grades.csv"
    table.write_text(re.sub(r"(grace,a3-fgsm,digits,WRONG),[\d.]+", r"\1,1", table.read_text()))
    assert verify(term) == 1
    assert "another score for grace" in capsys.readouterr().out


def test_another_secret_verifies_nothing(term):
    (term / "secret").write_text("another secret of thirty-two ch.")
    assert verify(term) == 1


def test_a_grade_comes_out_again(term, capsys):
    assert replay(term) == 0
    assert "the same grade" in capsys.readouterr().out


def test_a_replay_says_what_differs(term, capsys):
    path = term / "submitted" / "ada" / "a3-fgsm" / "a3-fgsm.py"
    path.write_text(ANSWER.replace(".clamp(0, 1)", ""))
    assert replay(term) == 1
    shown = capsys.readouterr().out
    assert "submission_sha256" in shown
    assert "fgsm_stays_in_range: OK 2.0 before, WRONG 0.0" in shown


def test_a_replay_without_the_submission_says_so(term, capsys):
    shutil.rmtree(term / "submitted")
    assert replay(term) == 2
    shown = capsys.readouterr().err
    assert "submitted does not exist: name the folder that was graded" in shown
    assert shown.count("\n") == 1


def test_a_replay_of_a_student_whose_file_is_gone_says_what_differs(term, capsys):
    (term / "submitted" / "ada" / "a3-fgsm" / "a3-fgsm.py").unlink()
    assert replay(term) == 1
    assert "FORMAT None now" in capsys.readouterr().out


def judged_again(root, monkeypatch):
    """The students whom `--resume` judges again."""
    judged = []

    def judge_some(task, _made, jobs, _slots):
        judged.extend(job.student for job in jobs)
        return (lost(task, job) for job in jobs)

    monkeypatch.setattr(batch, "judged", judge_some)
    grade(root, "--resume")
    return judged


def test_resuming_judges_only_what_changed(term, monkeypatch):
    (term / "submitted" / "grace" / "a3-fgsm" / "a3-fgsm.py").write_text("# nothing yet\n")
    assert judged_again(term, monkeypatch) == ["grace"]


@pytest.mark.parametrize("values", [{"score": 20.0}, {"status": "INFRA"}])
def test_resuming_keeps_nothing_that_is_not_genuine(term, monkeypatch, values):
    change(term, **values)
    assert judged_again(term, monkeypatch) == ["ada"]


def test_resuming_judges_again_what_cannot_be_read(term, monkeypatch):
    (term / "out" / "results" / "ada.json").write_bytes(b"\xff")
    assert judged_again(term, monkeypatch) == ["ada"]


def test_the_grader_version_names_the_code(term):
    text = (term / "out" / "results" / "ada.json").read_text()
    result = Result.from_json(text)
    assert result.provenance["grader_version"] == provenance.grader_version()
    assert SECRET not in text


@pytest.mark.parametrize("command", ["verify", "replay"])
def test_a_missing_secret_is_one_line(term, capsys, command):
    paths = (
        [str(term / "out")] if command == "verify" else [str(term / "out/results/ada.json"), "x"]
    )
    assert cli.main([command, *paths, "--secret", str(term / "none")]) == 2
    shown = capsys.readouterr().err.strip()
    assert "--secret" in shown
    assert "\n" not in shown
