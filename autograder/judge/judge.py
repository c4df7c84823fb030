"""Judging one submission: read it, start the student's worker, run the checks, make the result.

Each step is done by the module that it names. Every fault becomes a status with a message, so that
no submission can stop the grading of a class.
"""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pytest

from autograder import catalog, installed
from autograder.errors import GraderFault, Malformed, StudentFault
from autograder.handin import submission
from autograder.judge import pictures, switched_off
from autograder.judge.disclosure import Disclosure
from autograder.judge.made import Made
from autograder.judge.plugin import JudgePlugin
from autograder.judge.provenance import provenance
from autograder.judge.setting import Setting
from autograder.report.results import UNSCORED, CheckResult, Pictures, Result, status_of
from autograder.sandbox.box import Box
from autograder.student import Student, student_in_worker
from autograder.worker.limits import Limits

CONFIGURATION = installed.CHECKS / "pytest.ini"


@dataclass
class Judge:
    """Grades submissions to one assignment in one setting, one after the other."""

    setting: Setting
    level: str
    preloaded: bool = True  # whether workers are forked; for a single one that is slower
    spare: Box | None = None  # a worker that was started ahead, for the first submission

    @property
    def assignment(self) -> catalog.Assignment:
        """The assignment that is graded."""
        return catalog.assignment(self.setting.assignment)

    def judge(self, student: str, folder: Path) -> Result:
        """The result of one student's folder, or of one file."""
        start = time.perf_counter()
        digest = ""
        try:
            path = submission.located(folder, self.assignment.id)
            required = [exercise.id for exercise in self.assignment.exercises]
            read = submission.read(path, required, self.assignment.id)
            digest = read.sha256
            checks, notes = self.run(read, self.setting.for_handin(student, digest))
            result = self.result(student, status_of(checks), checks)
            result.notes = notes
            if not self.setting.public and pictures.wanted(self.assignment.id, checks):
                result.pictures = self.draw(read)
        except Malformed as fault:
            result = self.result(student, fault.status, [])
            result.notes = [f"{fault.got}. {fault.hint}"]
        except StudentFault as fault:  # its cells ran into a limit before any check could run
            result = self.result(student, fault.status, self.nothing(fault))
        except (GraderFault, OSError) as error:
            result = self.result(student, "INFRA", [])
            result.notes = [f"The grader failed, not you: {error}"]
        result.seconds = round(time.perf_counter() - start, 2)
        result.provenance = provenance(self.setting, digest, self.level)
        return result

    def run(
        self, read: submission.Submission, handin: Setting
    ) -> tuple[list[CheckResult], list[str]]:
        """Run every check on one submission; the worker is ended whatever happens.

        handin: the setting of this hand-in (`Setting.for_handin`).
        Where an exercise loses points and may depend on what was left out when the cells were run,
        it is judged again with the whole notebook, and the better result counts.
        """
        with contextlib.closing(self.start(read)) as student:
            account = None if student.public else Disclosure(student.cells, student.words)
            checks = run_checks(
                self.assignment, student, self.setting, account=account, handin=handin
            )
        notes = [*student.notes]
        exercise_of = {check.name: check.exercise for check in catalog.checks(self.assignment.id)}
        for exercise in self.assignment.exercises:
            own = [check for check in checks if exercise_of[check.name] == exercise.id]
            if student.unsure.isdisjoint(exercise.names) or all(c.status == "OK" for c in own):
                continue
            again = self.whole(read, exercise, student.cpu_seconds(), account, handin)
            better = [c for c in again if exercise_of[c.name] == exercise.id and gains(c, checks)]
            if better:
                by_name = {check.name: check for check in better}
                checks = [by_name.get(check.name, check) for check in checks]
                notes.append(
                    f"`{exercise.id}` was judged again with every cell of your work run, since it "
                    f"depends on more of them than it seemed; the better result counts."
                )
        reached = switched_off.for_review(
            self.assignment.exercises, exercise_of, student.cells, checks
        )
        return reached, notes

    def whole(
        self,
        read: submission.Submission,
        exercise: catalog.Exercise,
        spent: float,
        account: Disclosure | None,
        handin: Setting,
    ) -> list[CheckResult]:
        """The checks of one exercise, with every cell above its check cell run.

        spent: the seconds that the submission has computed; it gets the rest of its time. account:
        the bits of hidden inputs that may still be shown. Returns nothing if the cells fail.
        """
        left = self.setting.limits.total_cpu_seconds - spent
        if left <= 0:
            return []
        limits = replace(self.setting.limits, total_cpu_seconds=left)
        try:
            student = self.start(read, exercise.names, limits, whole=True)
        except StudentFault:
            return []
        with contextlib.closing(student):
            return run_checks(
                self.assignment, student, self.setting, exercise.id, account=account, handin=handin
            )

    def draw(self, read: submission.Submission) -> Pictures | None:
        """Pictures of a wrong attack, from a fresh worker that has seen no hidden input."""
        with contextlib.closing(self.start(read)) as student:
            return pictures.of_attack(student, self.public_setting)

    def start(
        self,
        read: submission.Submission,
        names: Sequence[str] = (),
        limits: Limits | None = None,
        *,
        whole: bool = False,
    ) -> Student:
        """A worker on one submission, for all its graded names or for some."""
        spare, self.spare = self.spare, None
        return student_in_worker(
            read,
            names or self.assignment.names,
            self.level,
            limits or self.setting.limits,
            public=self.setting.public,
            preloaded=self.preloaded,
            spare=spare,
            whole=whole,
        )

    def take(self, made: Made) -> None:
        """Use the values that were made before for the inputs of this judge, hidden and public."""
        self.setting.take(made.hidden)
        self.public_setting.take(made.public)

    def close(self) -> None:
        """End the worker that was started ahead, where it was not needed."""
        if self.spare is not None:
            self.spare.close()
            self.spare = None

    @cached_property
    def public_setting(self) -> Setting:
        """The inputs that every student may see."""
        if self.setting.public:
            return self.setting
        return Setting(self.setting.assignment, self.setting.profile, limits=self.setting.limits)

    def nothing(self, fault: StudentFault) -> list[CheckResult]:
        """The results if no check could run: all have failed for the same reason."""
        return [
            CheckResult(
                check.name,
                check.title,
                fault.status,
                0.0,
                check.max_points,
                fault.expected,
                fault.got,
                fault.cause,
                fault.hint,
                check.lecture,
            )
            for check in catalog.checks(self.assignment.id)
        ]

    def result(self, student: str, status: str, checks: list[CheckResult]) -> Result:
        """The result with its score; None if the work must be handed in or judged again."""
        return Result(
            student=student,
            assignment=self.assignment.id,
            profile=self.setting.profile,
            status=status,
            score=None if status in UNSCORED else round(sum(check.points for check in checks), 2),
            max_score=sum(catalog.points(self.assignment.id).values()),
            sandbox=self.level,
            seconds=0.0,
            checks=checks,
            by_hand=self.assignment.by_hand,
        )


def gains(check: CheckResult, before: Sequence[CheckResult]) -> bool:
    """Whether a check earns more than it did `before`."""
    (other,) = (each for each in before if each.name == check.name)
    return check.points > other.points or (check.status == "OK") > (other.status == "OK")


def run_checks(
    assignment: catalog.Assignment,
    student: Student,
    setting: Setting,
    only: str | None = None,
    *,
    account: Disclosure | None = None,
    handin: Setting | None = None,
) -> list[CheckResult]:
    """Run the assignment's checks, or those of one exercise, in this process with pytest.

    account: the bits of hidden inputs that may be shown, from an earlier run; otherwise a new one.
    handin: the setting of this hand-in, where its inputs are hidden.

    Raises GraderFault when a check failed for a reason that is not the student's, and
    KeyboardInterrupt when somebody at the keyboard stopped it.
    """
    plugin = JudgePlugin(student, setting, only, account, handin)
    output = io.StringIO()
    with pytest_alone(), contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = pytest.main(
            ["-q", "-c", str(CONFIGURATION), str(assignment.check_file)], plugins=[plugin]
        )
    if code == pytest.ExitCode.INTERRUPTED and not plugin.faults:
        raise KeyboardInterrupt
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or plugin.faults:
        raise GraderFault("; ".join(plugin.faults) or output.getvalue()[-2000:])
    return list(plugin.results.values())


@contextlib.contextmanager
def pytest_alone() -> Iterator[None]:
    """Run pytest without the user's options and plugins."""
    names = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")
    before = {name: os.environ.pop(name, None) for name in names}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.pop("PYTEST_DISABLE_PLUGIN_AUTOLOAD")
        os.environ.update({name: value for name, value in before.items() if value is not None})
