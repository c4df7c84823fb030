"""The work of a grading: the task, the submissions of a class as jobs, a command to start
programs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError


@dataclass(frozen=True)
class Task:
    """The task of a slot: one assignment on one profile, at one sandbox level."""

    assignment: str
    profile: str
    level: str
    secret: str  # hexadecimal; sent on standard input, where no other process can read it


@dataclass(frozen=True)
class Job:
    """One submission to judge."""

    student: str
    path: str


def find_jobs(folder: Path, assignment: str) -> list[Job]:
    """One job per student who handed the assignment in.

    `folder` holds `<student>/<assignment>/`, nbgrader's submitted layout, or is one student's
    notebook or .py file. Raises CourseError when there is nothing to grade.
    """
    if not folder.exists():
        raise CourseError(f"{folder} does not exist: name the folder that holds the students")
    if folder.is_file():
        return [Job(folder.parent.name.strip(".") or folder.stem, str(folder))]
    students = sorted(path for path in folder.iterdir() if path.is_dir() and not is_hidden(path))
    jobs = [Job(path.name, str(path)) for path in students if handed_in(path, assignment)]
    if not jobs:
        there = ", ".join(path.name for path in students[:5]) or "nothing"
        raise CourseError(
            f"{folder} holds no submission to {assignment}: expected "
            f"<student>/{assignment}/{assignment}.ipynb, found {there}{remedy(folder, assignment)}"
        )
    return jobs


def is_hidden(folder: Path) -> bool:
    """Whether a program made the folder; a student may be called `..ada`."""
    return folder.name.startswith(".") and folder.name[1:2] != "."


def remedy(folder: Path, assignment: str) -> str:
    """The remedy for a folder that holds the files of a class, and no folders."""
    files = [path.name for path in folder.iterdir() if path.suffix in (".ipynb", ".py", ".zip")]
    if not files:
        return ""
    return (
        f" and files such as {min(files)}: `autograder collect {assignment} {folder} submitted` "
        "sorts them into folders"
    )


def handed_in(student: Path, assignment: str) -> bool:
    """Whether a student's folder holds anything for this assignment, an empty folder included."""
    return (student / assignment).is_dir() or any(
        (student / f"{assignment}{suffix}").is_file() for suffix in (".ipynb", ".py", ".zip")
    )


def command(module: str) -> list[str]:
    """The command that runs one of our modules and ignores the folder it is started in.

    With `-m` alone Python would look there first: for a student's torch.py, if the grader is
    started beside one. (PYTHONSAFEPATH does the same, from Python 3.11 on.)
    """
    blind = "import runpy, sys; sys.path[:] = filter(None, sys.path)"
    return [sys.executable, "-c", f"{blind}; runpy.run_module({module!r}, None, '__main__')"]
