"""A wheel of the project does the same as a clone, in an empty folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from autograder import installed

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("course", "autograder", "solutions", "assignments", "pyproject.toml", "setup.py")
PARTS = (*PARTS, "MANIFEST.in", "README.md", "LICENSE", "constraints.txt")
BUILD = "import sys, setuptools.build_meta as b; print(b.build_wheel(sys.argv[1]))"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the wheel installs, in a folder; the project's address is made up."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("installed")
    for name in PARTS:
        if (ROOT / name).is_dir():
            unwanted = shutil.ignore_patterns("__pycache__", "gradebook.db", "kept")
            shutil.copytree(ROOT / name, source / name, ignore=unwanted)
        else:
            shutil.copyfile(ROOT / name, source / name)
    environment = {**os.environ, "REPO_URL": "https://example.org/course/"}
    command = [sys.executable, "-c", BUILD, str(folder)]
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    wheel.unlink()
    return folder


def about(unpacked: Path) -> Message:
    (path,) = unpacked.glob("*.dist-info/METADATA")
    return message_from_string(path.read_text(encoding="utf-8"))


def run(unpacked: Path, here: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of the installed wheel, run in a folder outside any clone."""
    environment = {**os.environ, "PYTHONPATH": str(unpacked), "XDG_CONFIG_HOME": str(here / "home")}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=here,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_says_what_it_is(unpacked: Path) -> None:
    found = about(unpacked)
    addresses = dict(line.split(", ") for line in found.get_all("Project-URL", []))
    assert addresses["Source"] == "https://example.org/course"
    assert addresses["Issues"] == "https://example.org/course/issues"
    assert any("Python :: 3.14" in line for line in found.get_all("Classifier", []))
    for package in ("course", "autograder", "solutions"):
        assert (unpacked / package / "py.typed").is_file()


def test_the_wheel_takes_the_pytorch_that_is_there(unpacked: Path) -> None:
    needed = about(unpacked).get_all("Requires-Dist", [])
    assert [line for line in needed if line.startswith("torch")] == [
        "torch>=2.6",
        'torchvision>=0.21; extra == "datasets"',
    ]


def test_every_file_that_the_code_reads_is_in_the_wheel(unpacked: Path) -> None:
    for folder in ("autograder/checks", "autograder/judge/calibrated", "autograder/report"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                assert (unpacked / path.relative_to(ROOT)).is_file(), path


def test_a_term_begins_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    done = run(unpacked, tmp_path, "autograder", "init", "term")
    assert done.returncode == 0, done.stderr
    for name in installed.assignments():
        made = tmp_path / "term" / "source" / name / f"{name}.ipynb"
        assert made.read_bytes() == installed.notebook(name).read_bytes()
    assert (tmp_path / "term" / "nbgrader_config.py").is_file()


@pytest.mark.slow
def test_a_course_of_ones_own_is_built_in_an_empty_folder(unpacked: Path, tmp_path: Path) -> None:
    done = run(unpacked, tmp_path, "autograder", "build")
    assert done.returncode == 0, done.stderr
    text = tmp_path / "assignments" / "authored" / "index.md"
    text.write_text(text.read_text(encoding="utf-8").replace("# ", "# My own ", 1), "utf-8")
    assert run(unpacked, tmp_path, "autograder", "build", "--check").returncode == 1
    assert run(unpacked, tmp_path, "autograder", "build").returncode == 0
    assert "My own" in (tmp_path / "site" / "assignments" / "index.md").read_text(encoding="utf-8")


def test_the_texts_beside_the_packages_are_kept_from_students(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from autograder.sandbox import bubblewrap

    monkeypatch.setattr(installed, "SHIPPED", tmp_path)
    monkeypatch.setattr(bubblewrap, "readable", lambda: iter([tmp_path.parent]))
    assert tmp_path in bubblewrap.hidden()
