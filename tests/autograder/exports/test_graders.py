"""Our grader in other places: Gradescope's archive, run as Gradescope runs it, and a workflow."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from autograder import sandbox
from autograder.cli import main
from autograder.exports import gradescope_live

REFERENCE = Path(__file__).parents[3] / "solutions" / "fgsm.py"
SECRET = "a secret of this test"


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("secret").write_text(SECRET)


def export(kind: str, *options: str) -> int:
    return main(["export", "--format", kind, *options])


@pytest.fixture
def unpacked(tmp_path):
    """/autograder as Gradescope lays it out, for submissions to a3-fgsm."""

    def unpack(*options: str) -> Path:
        root = tmp_path / "autograder"
        command = ("--assignment", "a3-fgsm", "--secret", "secret", "--out", "a.zip", *options)
        assert export("gradescope-zip", *command) == 0
        for folder in ("source", "submission", "results"):
            (root / folder).mkdir(parents=True)
        with zipfile.ZipFile("a.zip") as archive:
            for entry in archive.infolist():
                path = Path(archive.extract(entry, root / "source"))
                path.chmod(entry.external_attr >> 16)
        return root

    return unpack


def run(root: Path) -> dict[str, object]:
    """Run what Gradescope runs; returns what it would read."""
    environment = {"AUTOGRADER_ROOT": str(root), "AUTOGRADER_PYTHON": sys.executable}
    script = root / "source" / "run_autograder"
    # In the folder of the submission, where a module of the student's must not be taken for ours.
    subprocess.run([script], check=True, cwd=root / "submission", env=os.environ | environment)
    return json.loads((root / "results" / "results.json").read_text(encoding="utf-8"))


# --- Gradescope's archive ------------------------------------------------------------------------


def test_the_archive_has_what_gradescope_asks_for_and_is_the_owners_alone(unpacked):
    source = unpacked() / "source"
    for name in ("setup.sh", "run_autograder"):
        assert os.access(source / name, os.X_OK)
        subprocess.run(["bash", "-n", source / name], check=True)
    assert (source / "secret").read_text().strip() == SECRET
    assert Path("a.zip").stat().st_mode & 0o077 == 0
    needed = re.findall(r"^[a-z0-9-]+", (source / "requirements.txt").read_text(), re.MULTILINE)
    assert {"torch", "torchvision", "pytest", "jinja2"} <= set(needed)
    # Marks are given with exact versions, whatever students may have.
    assert "\ntorch==" in (source / "constraints.txt").read_text()
    assert '--constraint "$source/constraints.txt"' in (source / "setup.sh").read_text()
    assert "nbgrader" not in needed


def test_the_wheel_holds_this_very_grader(unpacked):
    (path,) = (unpacked() / "source").glob("*.whl")
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        (record,) = (name for name in names if name.endswith(".dist-info/RECORD"))
        rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(wheel.read(record).decode()))}
        assert set(rows) == set(names)
        for name in set(names) - {record}:
            content = wheel.read(name)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
            assert rows[name] == [f"sha256={digest.rstrip('=')}", str(len(content))]
        assert {"autograder", "course", "solutions"} < {name.split("/")[0] for name in names}
        assert wheel.read("solutions/fgsm.py") == REFERENCE.read_bytes()
        assert b"Requires-Dist: torch" in wheel.read(record.replace("RECORD", "METADATA"))
    assert not any("__pycache__" in name for name in names)


def test_the_same_archive_comes_out_twice(unpacked):
    unpacked()
    first = Path("a.zip").read_bytes()
    command = ("--assignment", "a3-fgsm", "--secret", "secret", "--out", "a.zip")
    assert export("gradescope-zip", *command) == 0
    assert Path("a.zip").read_bytes() == first


def test_without_isolation_nothing_is_run_and_nobody_gets_a_zero(unpacked, monkeypatch, capsys):
    root = unpacked()
    (root / "submission" / "a3-fgsm.py").write_text("open('ran', 'w')\n")
    monkeypatch.setattr(gradescope_live, "strongest_level", lambda: "none")
    gradescope_live.main([str(root)])
    content = json.loads((root / "results" / "results.json").read_text())
    assert "score" not in content
    assert "tests" not in content
    assert content["extra_data"]["status"] == "INFRA"
    assert "no isolation" in capsys.readouterr().out
    assert not list(root.parent.rglob("ran"))


def test_what_cannot_be_read_is_said_and_has_no_score(unpacked, monkeypatch):
    root = unpacked()
    (root / "submission" / "notes.txt").write_text("later")
    monkeypatch.setattr(gradescope_live, "strongest_level", lambda: "strong")
    gradescope_live.main([str(root)])
    content = json.loads((root / "results" / "results.json").read_text())
    assert "score" not in content
    assert "notes.txt" in content["output"]
    assert "a3-fgsm.ipynb" in content["output"]


def test_one_notebook_is_taken_whatever_its_name_and_no_link(tmp_path):
    (tmp_path / "a3-fgsm (1).ipynb").write_text("{}")
    assert gradescope_live.work(tmp_path).name == "a3-fgsm (1).ipynb"
    (tmp_path / "other.ipynb").write_text("{}")
    assert gradescope_live.work(tmp_path) == tmp_path
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "x.ipynb").symlink_to(tmp_path / "other.ipynb")
    assert gradescope_live.work(linked) == linked


@pytest.mark.slow
def test_gradescope_gives_the_grade_that_a_class_would_get(unpacked, capfd):
    trust = ["--trust-submissions"] if sandbox.strongest_level() == "none" else []
    root = unpacked(*trust)
    handed_in = root / "submission" / "a3-fgsm.py"
    handed_in.write_bytes(REFERENCE.read_bytes())
    (root / "submission" / "torch.py").write_text("raise SystemExit('the wrong torch')")
    content = run(root)
    assert content["score"] == 20.0
    assert {test["status"] for test in content["tests"]} == {"passed"}
    command = ["grade", "a3-fgsm", str(handed_in), "--secret", "secret", "--out", "home", *trust]
    assert main(command) == 0
    (path,) = Path("home/results").glob("*.json")
    at_home = json.loads(path.read_text())
    assert content["extra_data"].items() >= at_home["provenance"].items()
    assert [test["score"] for test in content["tests"]] == [c["points"] for c in at_home["checks"]]
    assert SECRET not in json.dumps(content) + "".join(capfd.readouterr())


# --- GitHub Actions ------------------------------------------------------------------------------


def test_the_workflow_keeps_the_secret_from_pull_requests():
    assert export("github-actions", "--assignment", "a3-fgsm") == 0
    text = Path(".github/workflows/grade.yml").read_text()
    workflow = yaml.safe_load(text)
    assert workflow["permissions"] == {"contents": "read"}
    assert set(workflow[True]) == {"pull_request", "push", "workflow_dispatch"}  # `on` is True
    check, grade = workflow["jobs"]["check"], workflow["jobs"]["grade"]
    assert "secrets." not in json.dumps(check)
    assert "secrets.GRADING_SECRET" in json.dumps(grade)
    assert grade["environment"] == "grading"
    assert "refs/heads/main" in grade["if"]
    for job in (check, grade):
        (checkout,) = (step for step in job["steps"] if "checkout" in step.get("uses", ""))
        assert checkout["with"]["persist-credentials"] is False
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert any("apt-get install -y bubblewrap" in command for command in commands)
        for command in commands:
            subprocess.run(["bash", "-n"], input=command, text=True, check=True)
    assert "[[" not in text
    assert "[%" not in text


def test_the_workflow_takes_a_class_as_the_grader_does(tmp_path):
    """The commands of its last step but one, with a grader that says what it was given."""
    assert export("github-actions", "--assignment", "a3-fgsm") == 0
    steps = yaml.safe_load(Path(".github/workflows/grade.yml").read_text())["jobs"]["grade"][
        "steps"
    ]
    (command,) = (step["run"] for step in steps if step.get("name") == "Grade")
    fake = tmp_path / "bin" / "autograder"
    fake.parent.mkdir()
    fake.write_text('#!/bin/sh\necho "$@"\nmkdir grades\necho x >grades/grades.csv\nexit $FAKE\n')
    fake.chmod(0o755)
    for status, expected in (("0", 0), ("2", 0), ("1", 1)):
        (tmp_path / "temp").mkdir(exist_ok=True)
        environment = {
            "PATH": f"{fake.parent}:{os.environ['PATH']}",
            "RUNNER_TEMP": str(tmp_path / "temp"),
            "GRADING_SECRET": SECRET,
            "FAKE": status,
        }
        done = subprocess.run(
            ["bash", "-e", "-c", command], env=environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert bool(done.returncode) == bool(expected)
        assert SECRET not in done.stdout
        assert (tmp_path / "temp" / "secret").read_text().strip() == SECRET
        assert (tmp_path / "temp" / "secret").stat().st_mode & 0o077 == 0
        subprocess.run(["rm", "-r", "grades"], check=True)


# --- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("gradescope-zip", "--assignment"),
        ("gradescope-zip --assignment a9", "Known"),
        ("gradescope-zip --assignment a3-fgsm --data imagefolder:x", "--data"),
        ("gradescope-zip --assignment a3-fgsm --visibility never", "--visibility"),
        ("gradescope-zip --assignment a3-fgsm --sheet x.csv", "--sheet"),
        ("github-actions --assignment a3-fgsm --trust-submissions", "--trust-submissions"),
        ("github-actions", "--assignment"),
        ("junit", "autograder grade --out"),
    ],
)
def test_a_mistake_is_one_line(options, words, capsys):
    assert export(*options.split()) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert words in error
