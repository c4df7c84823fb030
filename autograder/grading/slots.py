"""The slots of a batch: processes that judge one submission after another, and may die."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from autograder import catalog
from autograder.grading.jobs import Job, Task
from autograder.grading.slot import command
from autograder.judge.made import Made
from autograder.report.results import Result

ATTEMPTS = 2


def judged(task: Task, made: Made, jobs: Sequence[Job], slots: int) -> Iterator[Result]:
    """Results as they are ready, from `slots` processes that share the jobs."""
    todo: queue.SimpleQueue[tuple[Job, int]] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result] = queue.SimpleQueue()
    for job in jobs:
        todo.put((job, ATTEMPTS))
    for _ in range(min(slots, len(jobs))):
        threading.Thread(target=keep_slot, args=(task, made, todo, done), daemon=True).start()
    for _ in jobs:
        yield done.get()


def keep_slot(
    task: Task,
    made: Made,
    todo: queue.SimpleQueue[tuple[Job, int]],
    done: queue.SimpleQueue[Result],
) -> None:
    """Feed one slot; start another when it dies, and give the lost job another attempt."""
    slot: Slot | None = None
    while True:
        try:
            job, attempts = todo.get_nowait()
        except queue.Empty:
            break
        try:
            slot = slot or Slot(task, made)
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
    """A running `autograder.grading.slot` process."""

    def __init__(self, task: Task, made: Made) -> None:
        self.process = subprocess.Popen(
            command("autograder.grading.slot"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self._write(json.dumps(asdict(task)))
        self._write(made.to_line())

    def judge(self, job: Job) -> Result | None:
        """The result of one job, or None when the process died over it."""
        assert self.process.stdout is not None
        if not self._write(json.dumps(asdict(job))):
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

    def _write(self, line: str) -> bool:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + "\n")
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
