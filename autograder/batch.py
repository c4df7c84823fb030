"""Grading a class: find the submissions, judge them side by side, write what came out.

`DIR/results/<student>.json`, `DIR/feedback/<student>.html`, `DIR/grades.csv` and `DIR/index.html`.
A submission that cannot be read, or a grader that fails on one, never stops the others.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import queue
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from autograder import catalog, feedback, submission
from autograder.errors import StudentFault
from autograder.provenance import is_genuine, provenance, sign
from autograder.results import Result, file_name, grades_csv, write_atomically
from autograder.setting import Setting
from autograder.slot import Job, Task, command
from course.errors import CourseError

if TYPE_CHECKING:
    from autograder.cluster import Cluster

try:
    import fcntl
except ImportError:  # Windows, where two runs into one folder are not told apart
    fcntl = None  # type: ignore[assignment]

ATTEMPTS = 2


def find_jobs(folder: Path, assignment: str) -> list[Job]:
    """One job per student who handed the assignment in.

    `folder` holds `<student>/<assignment>/`, nbgrader's submitted layout, or is one student's
    notebook or .py file. Raises CourseError when there is nothing to grade.
    """
    if not folder.exists():
        raise CourseError(f"{folder} does not exist: name the folder that holds the students")
    if folder.is_file():
        return [Job(folder.parent.name.strip(".") or folder.stem, str(folder))]
    students = sorted(path for path in folder.iterdir() if path.is_dir() and path.name[0] != ".")
    jobs = [Job(path.name, str(path)) for path in students if handed_in(path, assignment)]
    if not jobs:
        there = ", ".join(path.name for path in students[:5]) or "nothing"
        raise CourseError(
            f"{folder} holds no submission to {assignment}: expected "
            f"<student>/{assignment}/{assignment}.ipynb, found {there}"
        )
    return jobs


def handed_in(student: Path, assignment: str) -> bool:
    """Whether a student's folder holds anything for this assignment, an empty folder included."""
    return (student / assignment).is_dir() or any(
        (student / f"{assignment}{suffix}").is_file() for suffix in (".ipynb", ".py", ".zip")
    )


def grade(
    task: Task,
    jobs: Sequence[Job],
    out: Path,
    *,
    slots: int,
    progress: bool,
    resume: bool = False,
    cluster: Cluster | None = None,
) -> list[Result]:
    """Judge all jobs and write every file; returns results in job order.

    slots: how many processes of this machine judge side by side; a `cluster` takes their place.
    resume: keep what an earlier run wrote, where judging again could only give the same.
    Raises CourseError when the files cannot be written; what was written until then is whole.
    """
    with writing_alone(out):
        results = {result.student: result for result in kept(task, jobs, out)} if resume else {}
        statuses = Counter(result.status for result in results.values())
        rest = [job for job in jobs if job.student not in results]
        quiet = None if progress else True
        with tqdm(total=len(jobs), initial=len(results), unit="submission", disable=quiet) as bar:
            for result in cluster.judged(task, rest) if cluster else judged(task, rest, slots):
                result.signature = sign(result, bytes.fromhex(task.secret))
                results[result.student] = result
                statuses[result.status] += 1
                bar.set_postfix(statuses)
                bar.update()
                write_result(out, result)
        ordered = [results[job.student] for job in jobs]
        write(out / "grades.csv", grades_csv(ordered))
        write(out / "index.html", feedback.index(ordered))
    return ordered


@contextlib.contextmanager
def writing_alone(out: Path) -> Iterator[None]:
    """Keep `out` to this run. Raises CourseError when it cannot be written, now or later on."""
    try:
        for folder in ("results", "feedback"):
            (out / folder).mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=out / folder):
                pass  # said before the first submission is judged, not after
        lock = os.open(out, os.O_RDONLY)
    except OSError as error:
        raise CourseError(
            f"{out} cannot be written ({error.strerror}): name another folder with --out"
        ) from None
    try:
        if fcntl is not None:  # the system itself gives it up when this process is killed
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise CourseError(
                    f"another grading is writing to {out}: wait for it, or name another --out"
                ) from None
        yield
    finally:
        os.close(lock)


def kept(task: Task, jobs: Sequence[Job], out: Path) -> Iterator[Result]:
    """Earlier results that are genuine and come from the same file, grader, data and secret."""
    secret = bytes.fromhex(task.secret)
    setting = Setting(task.assignment, task.profile, secret)
    for job in jobs:
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, StudentFault):
            text = (out / "results" / f"{file_name(job.student)}.json").read_text(encoding="utf-8")
            result = Result.from_json(text)
            path = Path(job.path)
            path = submission.find(path, task.assignment) if path.is_dir() else path
            digest = hashlib.sha256(submission.bytes_of(path)).hexdigest()
            same = result.provenance == provenance(setting, digest, task.level)
            if same and result.status != "INFRA" and is_genuine(result, secret):
                yield result


def write_result(out: Path, result: Result) -> None:
    """The files of one student."""
    name = file_name(result.student)
    write(out / "results" / f"{name}.json", result.to_json() + "\n")
    write(out / "feedback" / f"{name}.html", feedback.page(result))


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises CourseError when the disk is full or gone."""
    try:
        write_atomically(path, text)
    except OSError as error:
        raise CourseError(
            f"{path} cannot be written: {error.strerror}. What was graded until then is kept: make "
            "room and grade again with --resume"
        ) from None


def judged(task: Task, jobs: Sequence[Job], slots: int) -> Iterator[Result]:
    """Results as they are ready, from `slots` processes that share the jobs."""
    todo: queue.SimpleQueue[tuple[Job, int]] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result] = queue.SimpleQueue()
    for job in jobs:
        todo.put((job, ATTEMPTS))
    for _ in range(min(slots, len(jobs))):
        threading.Thread(target=keep_slot, args=(task, todo, done), daemon=True).start()
    for _ in jobs:
        yield done.get()


def keep_slot(
    task: Task, todo: queue.SimpleQueue[tuple[Job, int]], done: queue.SimpleQueue[Result]
) -> None:
    """Feed one slot; start another when it dies, and give the lost job another attempt."""
    slot: Slot | None = None
    while True:
        try:
            job, attempts = todo.get_nowait()
        except queue.Empty:
            break
        try:
            slot = slot or Slot(task)
            result = slot.judge(job)
        except (OSError, ValueError):  # it could not be started, or died within a line
            result = None
        if result is None:
            if slot is not None:
                slot.kill()
            slot = None
            if attempts > 1:
                todo.put((job, attempts - 1))
                continue
            result = lost(task, job)
        done.put(result)
    if slot is not None:
        slot.close()


class Slot:
    """A running `autograder.slot` process."""

    def __init__(self, task: Task) -> None:
        self.process = subprocess.Popen(
            command("autograder.slot"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._write(asdict(task))

    def judge(self, job: Job) -> Result | None:
        """The result of one job, or None when the process died over it."""
        assert self.process.stdout is not None
        if not self._write(asdict(job)):
            return None
        line = self.process.stdout.readline()
        return Result.from_json(line) if line else None

    def close(self) -> None:
        """Let the process end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def kill(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        self.process.communicate()

    def _write(self, content: object) -> bool:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(content) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return False
        return True


def lost(task: Task, job: Job) -> Result:
    """The result of a job that the grader itself could not finish, however often it tried."""
    return Result(
        student=job.student,
        assignment=task.assignment,
        profile=task.profile,
        status="INFRA",
        score=None,
        max_score=sum(catalog.points(task.assignment).values()),
        sandbox=task.level,
        seconds=0.0,
        checks=[],
        notes=["The grader failed, not you: it will be run again."],
        by_hand=catalog.assignment(task.assignment).by_hand,
    )
