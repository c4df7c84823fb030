"""The judge within nbgrader: `nbgrader autograde` gives the scores that `autograder grade` gives.

nbgrader would run the notebook in a kernel that can write to the gradebook. Here the file that was
handed in is judged as everywhere else, and each check cell gets the points of its exercise with the
table of its checks. `assignments/nbgrader_config.py` puts these classes in their places.
"""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import IO, Any

from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Unicode
from traitlets.config import LoggingConfigurable

from autograder import catalog
from autograder.errors import GraderFault
from autograder.grading.jobs import Job, Task
from autograder.grading.slot import setting_of
from autograder.grading.slots import ATTEMPTS, Slot, lost
from autograder.judge.made import Made, prepare
from autograder.nbgrader_plugin.repair import CHECK, load, mark, writable
from autograder.report import table
from autograder.report.feedback import SIGNS
from autograder.report.results import CheckResult, Result, number
from autograder.sandbox import strongest_level
from autograder.secret import default_secret, read_secret
from course import data
from course.errors import CourseError


class TrustedJudge(LoggingConfigurable):
    """The judges of one nbgrader run: a process for each assignment, which loads and trains once.

    Raises NbGraderException when this machine cannot grade, so that nbgrader stops with one line.
    """

    profile = Unicode("digits", help="The data profile to grade on.").tag(config=True)
    secret = Unicode(
        "",
        help="Full path of the file for hidden inputs; empty: that of `autograder grade`.",
    ).tag(config=True)
    trust_submissions = Bool(
        False, help="Grade without isolation: only for code that you would run yourself."
    ).tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        gc.collect()  # the formgrader's last run is unreachable but in a cycle: end its judges
        self.level = strongest_level()
        self.slots: dict[Task, Slot] = {}
        self.made: dict[Task, Made] = {}
        weakref.finalize(self, close_all, self.slots)
        try:
            self.refuse_what_cannot_be_graded()
        except CourseError as error:
            self.log.error(str(error))
            raise NbGraderException(str(error)) from None

    def refuse_what_cannot_be_graded(self) -> None:
        """Raise CourseError once, before the first submission."""
        if self.level == "none" and not self.trust_submissions:
            raise CourseError(
                "this machine offers no isolation, and students' code can do what you can do: "
                "`autograder doctor` says what to install; set c.TrustedJudge.trust_submissions = "
                "True only for what you would run yourself"
            )
        data.load(self.profile)
        self.read_secret()

    def read_secret(self) -> bytes:
        """The instructor's secret; a new one is written where there is none. Raises CourseError."""
        path = Path(self.secret).expanduser() if self.secret else default_secret()
        if not path.is_absolute():  # nbgrader and the formgrader run in different folders
            raise CourseError(f"c.TrustedJudge.secret is {path}: write its full path, from / on")
        return read_secret(path)

    def judged(self, assignment: str, job: Job) -> Result:
        """The result of one submission; a judge that dies during it is started once more."""
        task = Task(assignment, self.profile, self.level, self.read_secret().hex())
        if task not in self.made:
            self.made[task] = prepare(setting_of(task))
        for _ in range(ATTEMPTS):
            slot = self.slots[task] = self.slots.get(task) or self.slot(task)
            try:
                result = slot.judge(job)
            except (OSError, ValueError):
                result = None
            if result is not None:
                return result
            self.slots.pop(task).kill()
        return lost(task, job)

    def slot(self, task: Task) -> Slot:
        """A process that judges submissions to a task; the task is prepared once."""
        slot = Slot(task.level)
        slot.begin(task, self.made[task])
        return slot


def close_all(slots: dict[Task, Slot]) -> None:
    """Let every judge end."""
    while slots:
        slots.popitem()[1].close()


class SubmissionExporter(NotebookExporter):
    """Reads notebooks that nbgrader's own exporter would stop at; holds the run's judges."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.judge = TrustedJudge(parent=self)

    def from_file(
        self, file_stream: IO[str], resources: dict[str, Any] | None = None, **kwargs: Any
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Called by nbgrader for the submitted notebook, and then for the repaired one."""
        notebook = load(Path(file_stream.name))
        return self.from_notebook_node(notebook, resources=resources, **kwargs)

    def result(self, assignment: str, student: str) -> Result:
        """The result of the file that the student handed in."""
        assert self.parent is not None  # nbgrader's Autograde
        courses = self.parent.coursedir
        folder = Path(courses.format_path(courses.submitted_directory, student, assignment))
        return self.judge.judged(assignment, Job(student, str(folder.parent)))


class JudgeNotebook(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute: writes score and table into the check cells."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Called by nbgrader. Raises GraderFault for INFRA: nbgrader then records no grade."""
        about = resources["nbgrader"]
        catalog.assignment(about["assignment"])
        result = self.parent.result(about["assignment"], about["student"])
        if result.status == "INFRA":
            raise GraderFault(" ".join(result.notes))
        if result.score is None:
            self.log.warning(
                "%s: no score (%s): %s", about["student"], result.status, " ".join(result.notes)
            )
        write_result(nb, result)
        return nb, resources


class SaveJudgedGrades(SaveAutoGrades):
    """Leaves a check without a score to a person; nbgrader alone would give it full marks."""

    def _add_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        if not is_check(cell) or any(o.output_type == "execute_result" for o in cell.outputs):
            super()._add_score(cell, resources)
            return
        grade = self.gradebook.find_grade(
            mark(cell)["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = None
        grade.needs_manual_grade = True
        self.gradebook.db.commit()


# --- the content of the cells --------------------------------------------------------------------


def is_check(cell: NotebookNode) -> bool:
    """Whether a cell is graded by the judge: it has points and no answer in it."""
    return bool(
        cell.cell_type == "code" and mark(cell).get("grade") and not mark(cell).get("solution")
    )


def write_result(notebook: NotebookNode, result: Result) -> None:
    """Write each exercise's part of the result into its check cell.

    Raises GraderFault when the notebook was released with other exercises or points than the
    checks have now: a score would then be lost or out of range.
    """
    cells = {mark(cell)["grade_id"]: cell for cell in notebook.cells if is_check(cell)}
    released = {name: float(mark(cell)["points"]) for name, cell in cells.items()}
    worth = {
        CHECK + name: float(points) for name, points in catalog.points(result.assignment).items()
    }
    if released != worth:
        raise GraderFault(
            f"the gradebook has the points {released} and the checks are worth {worth}: run "
            f"`autograder init`, which brings the term's source up to date, and then `nbgrader "
            f"generate_assignment {result.assignment} --force`"
        )
    exercise_of = {check.name: check.exercise for check in catalog.checks(result.assignment)}
    for place, (name, cell) in enumerate(cells.items()):
        checks = [c for c in result.checks if CHECK + exercise_of[c.name] == name]
        notes = result.notes if place == 0 or result.score is None else []
        cell.outputs = outputs(result, checks, worth[name], notes)


def outputs(
    result: Result, checks: list[CheckResult], worth: float, notes: list[str]
) -> list[NotebookNode]:
    """A line to read, the notes, and the table; with the score where there is one."""
    score = min(max(sum(check.points for check in checks), 0.0), worth)
    if result.score is None:
        first = f"No score: {SIGNS[result.status][1]}."
    else:
        first = f"{number(score)} of {number(worth)} points. {table.summary(checks)}"
    shown = [new_output("stream", name="stdout", text=writable("\n".join([first, *notes])) + "\n")]
    html = {"text/html": writable(table.as_html(checks))}
    if result.score is not None:  # nbgrader reads the score from text/plain
        shown.append(new_output("execute_result", data={"text/plain": repr(float(score)), **html}))
    elif checks:
        shown.append(new_output("display_data", data=html))
    return shown
