"""Grading a class: judge the submissions side by side, and write the results.

`DIR/results/<student>.json`, `DIR/feedback/<student>.html`, `DIR/grades.csv` and `DIR/index.html`.
A submission that cannot be read, or a grader that fails on one, never stops the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import StudentFault
from autograder.files import file_name, write_atomically
from autograder.grading.jobs import Job, Task
from autograder.grading.progress import Note, line_on, progress_of
from autograder.grading.slot import setting_of
from autograder.grading.slots import Pool, judged
from autograder.handin import submission
from autograder.judge.made import Made, prepare
from autograder.judge.provenance import is_genuine, provenance, sign
from autograder.report import feedback
from autograder.report.class_page.page import write_class_page
from autograder.report.results import Result, grades_csv, read_result
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.grading.cluster import Cluster

try:
    import fcntl
except ImportError:  # Windows, where two runs may write to one folder
    fcntl = None  # type: ignore[assignment]


def grade(
    task: Task,
    jobs: Sequence[Job],
    out: Path,
    *,
    slots: int | Pool,
    progress: bool,
    resume: bool = False,
    cluster: Cluster | None = None,
    note: Note | None = None,
) -> list[Result]:
    """Judge all jobs and write every file; returns results in job order.

    slots: the number of processes of this machine that judge side by side, or a pool of them that
    stays for the next task. A `cluster` takes their place.
    resume: reuse the results of an earlier run that would come out the same.
    note: takes a line on each submission, and on the whole.
    Raises CourseError when the files cannot be written; files already written are complete.
    """
    note = note or (lambda _line: None)
    with writing_alone(out), pool_of(slots) as pool:
        results = {result.student: result for result in reusable(task, jobs, out)} if resume else {}
        statuses = Counter(result.status for result in results.values())
        rest = [job for job in jobs if job.student not in results]
        note(f"{task.assignment} on {task.profile}: {len(rest)} of {len(jobs)} to judge, to {out}")
        made = prepare(setting_of(task)) if rest else Made(b"")
        judging = cluster.judged(task, made, rest) if cluster else judged(task, made, rest, pool)
        with progress_of(len(jobs), len(results), shown=progress) as bar:
            for result in judging:
                result.signature = sign(result, bytes.fromhex(task.secret))
                results[result.student] = result
                statuses[result.status] += 1
                bar.set_postfix(statuses)
                bar.update()
                write_result(out, result)
                note(line_on(result))
        ordered = [results[job.student] for job in jobs]
        write(out / "grades.csv", grades_csv(ordered))
        write_page(out, ordered)
    return ordered


def pool_of(slots: int | Pool) -> contextlib.AbstractContextManager[Pool]:
    """The given pool, which stays open, or a new one for this class."""
    if isinstance(slots, Pool):
        return contextlib.nullcontext(slots)
    return contextlib.closing(Pool(slots))


@contextlib.contextmanager
def writing_alone(out: Path) -> Iterator[None]:
    """Let only this run write to `out`. Raises CourseError when it cannot be written."""
    try:
        for folder in ("results", "feedback"):
            (out / folder).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out / folder):
                pass  # reported before the first submission is judged, not after
        lock = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise CourseError(
            f"{out} cannot be written ({error.strerror}): name another folder with --out"
        ) from None
    try:
        if fcntl is not None:  # the system releases it when this process is killed
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError(
                    f"another grading is writing to {out}: wait for it, or name another --out"
                ) from None
        yield
    finally:
        os.close(lock)


def reusable(task: Task, jobs: Sequence[Job], out: Path) -> Iterator[Result]:
    """Earlier results that are genuine and come from the same file, grader, data and secret."""
    setting = setting_of(task)
    for job in jobs:
        with contextlib.suppress(OSError, CourseError, StudentFault):
            result = read_result(out / "results" / f"{file_name(job.student)}.json")
            path = submission.located(Path(job.path), task.assignment)
            digest = hashlib.sha256(submission.bytes_of(path)).hexdigest()
            same = result.provenance == provenance(setting, digest, task.level)
            if same and result.status != "INFRA" and is_genuine(result, setting.secret):
                yield result


def write_result(out: Path, result: Result) -> None:
    """The files of one student, the result last: with it, a run that resumes takes both as done."""
    name = file_name(result.student)
    write(out / "feedback" / f"{name}.html", feedback.page(result))
    write(out / "results" / f"{name}.json", result.to_json() + "\n")


def write_page(out: Path, results: Sequence[Result]) -> None:
    """The page of the class. Raises CourseError when the disk is full or gone."""
    try:
        write_class_page(out, results)
    except OSError as error:
        raise CourseError(
            f"{out / 'index.html'} cannot be written: {error.strerror}. The results are saved: "
            "make room and grade again with --resume"
        ) from None


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises CourseError when the disk is full or gone."""
    try:
        write_atomically(path, text)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written: {error.strerror}. The results so far are saved: make "
            "room and grade again with --resume"
        ) from None
