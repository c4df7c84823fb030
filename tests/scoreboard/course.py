"""A plain nbgrader course: its notebooks, its release, and one graded honest student."""

from __future__ import annotations

import re
import shutil
from functools import cache
from pathlib import Path

import mutants
import nbformat
import redteam
import sample_class
from nbformat import NotebookNode
from redteam.odd_files.odd_file import OddFile

from course import data, models, saving, training
from course.budget import budget
from scoreboard.nbgrader_command import nbgrader

PLAIN = Path(__file__).parent / "asserts"
ASSIGNMENTS = sorted(path.stem for path in PLAIN.glob("*.py"))
NEIGHBOUR, ATTACKER = "zoe", "mallory"

# nbgrader's own settings but for the time of a cell, which is 30 seconds: attacks that never end
# would take hours. Training needs longer.
CONFIG = """import os, sys
c = get_config()
c.CourseDirectory.course_id = "plain"
c.Execute.timeout = {timeout}
os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]
"""
TIMEOUTS = {"a5-adversarial-training": 120}
TIMEOUT = 20


def build(folder: Path) -> None:
    """Make the course: every assignment released, and the neighbour's right answers graded.

    An assignment that is whole stays as it is.
    """
    for assignment in ASSIGNMENTS:
        if is_built(folder, assignment):
            continue
        remove(folder / assignment)
        source = folder / assignment / "source" / assignment
        source.mkdir(parents=True)
        nbformat.write(notebook(assignment), source / f"{assignment}.ipynb")
        if "victim.safetensors" in (PLAIN / f"{assignment}.py").read_text(encoding="utf-8"):
            save_victim(source / "victim.safetensors")
        settings = CONFIG.format(timeout=TIMEOUTS.get(assignment, TIMEOUT))
        (folder / assignment / "nbgrader_config.py").write_text(settings)
        nbgrader(folder / assignment, "generate_assignment", assignment)
        right = redteam.base_source(assignment, "right")
        hand_in(folder / assignment, NEIGHBOUR, assignment, answered(folder, assignment, right))
        nbgrader(folder / assignment, "autograde", assignment)
    readable(folder)


def is_built(folder: Path, assignment: str) -> bool:
    """Whether the course has this assignment, made from the present notebook."""
    made = folder / assignment / "source" / assignment / f"{assignment}.ipynb"
    graded = folder / assignment / "autograded" / NEIGHBOUR / assignment / f"{assignment}.ipynb"
    whole = graded.is_file() and made.is_file()
    return whole and made.read_text("utf-8").rstrip() == nbformat.writes(notebook(assignment))


def readable(folder: Path) -> None:
    """Let the jail's user read and copy this folder: nbgrader closes much of it to others."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)


def save_victim(path: Path) -> None:
    """The network to attack, trained once, as an instructor would give it to students."""
    digits = data.load("digits")
    victim = models.build("strided-cnn", seed=0)
    recipe = training.plain_recipe(budget("digits").cnn_epochs)
    training.fit(victim, digits.train.images, digits.train.labels, recipe)
    saving.save(victim, path, name="strided-cnn")


def notebook(assignment: str) -> NotebookNode:
    """The instructor's notebook, with solutions and hidden tests."""
    text = (PLAIN / f"{assignment}.py").read_text(encoding="utf-8")
    parts = re.split(r"^# %% (.*)\n", text, flags=re.MULTILINE)[1:]
    solution = mutants.reference(assignment)
    cells = []
    for head, source in zip(parts[::2], parts[1::2], strict=True):
        kind, name, *points = head.split()
        mark = {"schema_version": 3, "grade_id": name, "task": False}
        mark |= {"grade": kind == "test", "solution": kind == "answer", "locked": kind != "answer"}
        if points:
            mark["points"] = int(points[0])
        if kind == "answer":
            answer, solution = solution or "...", ""
            source = f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION"  # noqa: PLW2901
        cell = nbformat.v4.new_code_cell(source.strip(), id=name)
        cell.metadata["nbgrader"] = NotebookNode(mark)
        cells.append(cell)
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


# --- handing in ----------------------------------------------------------------------------------


@cache
def released(course: Path, assignment: str) -> str:
    """The notebook as a student gets it."""
    path = course / assignment / "release" / assignment / f"{assignment}.ipynb"
    return path.read_text(encoding="utf-8")


def answered(course: Path, assignment: str, code: str) -> str:
    """The released notebook with all of the code in its first answer cell."""
    filled = nbformat.reads(released(course, assignment), as_version=4)
    answers = [cell for cell in filled.cells if cell.metadata.nbgrader.solution]
    answers[0].source = code
    for cell in answers[1:]:
        cell.source = "# above"
    return str(nbformat.writes(filled))


def hand_in(folder: Path, student: str, assignment: str, text: str) -> None:
    """Write a notebook into nbgrader's `submitted/`."""
    target = folder / "submitted" / student / assignment / f"{assignment}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8", errors="surrogatepass")


def hand_in_attack(course: Path, folder: Path, attack: redteam.Attack | OddFile) -> None:
    """Write an attack as a notebook; a file out of shape stays as it is, beside its neighbours."""
    if not isinstance(attack, OddFile):
        text = answered(course, attack.assignment, attack.source())
        hand_in(folder, ATTACKER, attack.assignment, text)
        return
    student = folder / "submitted" / ATTACKER
    ours, sample_class.released = sample_class.released, lambda name: released(course, name)
    try:
        attack.hand_in(student)
    finally:
        sample_class.released = ours
    script = student / attack.assignment / f"{attack.assignment}.py"
    if script.is_file() and not script.is_symlink():
        text = answered(course, attack.assignment, script.read_text(encoding="utf-8"))
        hand_in(folder, ATTACKER, attack.assignment, text)
    elif script.is_symlink():  # nbgrader takes notebooks only
        link = script.with_suffix(".ipynb")
        target = Path(str(script.resolve())).with_suffix(".ipynb")
        target.write_text(answered(course, attack.assignment, script.read_text(encoding="utf-8")))
        link.symlink_to(Path("../..") / target.relative_to(student.parent))


def remove(folder: Path) -> None:
    """Remove the hand-ins."""
    shutil.rmtree(folder, ignore_errors=True)
