"""A graded defence, trained again and attacked with the ensemble, for `autograder leaderboard`.

A result holds no weights. So the network is trained once more from what was handed in: in a worker
as well shut off as when it was graded, on the same hidden images, and only its weights come back.
The ensemble attacks them in this process, where no student's code runs. No mark depends on it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from autograder.catalog import assignment
from autograder.checks.a5_adversarial_training.defence import Defended, best_defence
from autograder.errors import GraderFault, StudentFault
from autograder.handin import submission
from autograder.judge.answers import answering_with_numbers
from autograder.judge.made import one_thread
from autograder.judge.provenance import is_genuine
from autograder.judge.setting import Setting
from autograder.report.results import Result
from autograder.student import student_in_worker
from autograder.term.appeals import why_not
from course.errors import CourseError
from solutions.ensemble import LEAST_CLASSES, ensemble


def attacked_again(before: Result, graded: float, path: Path, secret: bytes) -> float | str:
    """The robust accuracy under the ensemble; in words, why the graded network did not come again.

    graded: its worst case when it was graded. path: the student's folder, or file. Raises
    CourseError for a result that the grader did not write so, and for another file than was graded.
    """
    if not is_genuine(before, secret):
        raise CourseError(f"{before.student}: {why_not(before, secret)}")
    setting = Setting(before.assignment, before.profile, secret)
    images, classes = setting.dataset.test.images, setting.dataset.num_classes
    if classes < LEAST_CLASSES:
        raise CourseError(f"the ensemble needs at least {LEAST_CLASSES} classes, not {classes}")
    names = setting.label_permutation[setting.dataset.test.labels]
    try:
        with one_thread(), answering_with_numbers():  # as it was graded
            again = trained_again(setting, before, path)
            now = again.after.worst_case
            if now != graded:
                return f"trained again, it is another network ({100 * now:.1f} % robust)"
            seed = setting.seed("ensemble")
            module = again.network.module
            found = ensemble(module, images, names, setting.budget.epsilon, seed=seed)
            return found.accuracy
    except StudentFault as fault:
        return f"trained again, it ended with {fault.status}"
    except GraderFault as fault:
        raise CourseError(f"{before.student}: {fault}") from None


def trained_again(setting: Setting, before: Result, path: Path) -> Defended:
    """The network that the file trains, attacked.

    Raises CourseError for another file than was graded.
    """
    asked = assignment(before.assignment)
    file = submission.located(path, asked.id)
    read = submission.read(file, [exercise.id for exercise in asked.exercises], asked.id)
    if read.sha256 != before.provenance.get("submission_sha256"):
        raise CourseError(f"{file} is not the file of {before.student} that was graded")
    student = student_in_worker(
        read, asked.names, before.sandbox, setting.limits, public=setting.public
    )
    with contextlib.closing(student):
        return best_defence(student, setting)
