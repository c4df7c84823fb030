"""The slots of a batch: processes that judge one submission after another, and may die."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from autograder import catalog
from autograder.grading.jobs import Job, Task, command
from autograder.report.results import Result

if TYPE_CHECKING:
    from autograder.judge.made import Made  # imports PyTorch, for which a new slot does not wait

ATTEMPTS = 2


def judged(task: Task, made: Made, jobs: Sequence[Job], pool: Pool) -> Iterator[Result]:
    """Results as they are ready, from the slots of a pool, which share the jobs."""
    todo: queue.SimpleQueue[tuple[Job, int]] = queue.SimpleQueue()
    done: queue.SimpleQueue[Result] = queue.SimpleQueue()
    for job in jobs:
        todo.put((job, ATTEMPTS))
    keepers = [
        threading.Thread(target=keep_slot, args=(pool, task, made, todo, done), daemon=True)
        for _ in range(min(pool.size, len(jobs)))
    ]
    for keeper in keepers:
        keeper.start()
    for _ in jobs:
        yield done.get()
    for keeper in keepers:  # so that the pool has every slot again
        keeper.join()


def keep_slot(
    pool: Pool,
    task: Task,
    made: Made,
    todo: queue.SimpleQueue[tuple[Job, int]],
    done: queue.SimpleQueue[Result],
) -> None:
    """Give jobs to one slot; start another when it dies, and try the lost job again."""
    slot: Slot | None = None
    while True:
        try:
            job, attempts = todo.get_nowait()
        except queue.Empty:
            break
        try:
            slot = slot or pool.slot(task, made)
            result = slot.judge(job)
        except (OSError, ValueError):  # it could not be started, or died while writing a line
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
        pool.idle.append(slot)


class Pool:
    """At most `size` slots, which load everything once, for one task after another."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.idle: deque[Slot] = deque()
        self.started: list[Slot] = []
        self.stopped = False

    def slot(self, task: Task, made: Made) -> Slot:
        """A slot that is idle, or a new one, with a task. Raises OSError when none starts."""
        try:
            slot = self.idle.pop()
        except IndexError:
            slot = self.new(task.level)
        if slot.begin(task, made):
            return slot
        slot.kill()  # it died while it was idle
        slot = self.new(task.level)
        slot.begin(task, made)
        return slot

    def new(self, level: str) -> Slot:
        """Another slot. Raises OSError when it cannot be started, and once the pool was stopped."""
        if self.stopped:
            raise OSError("grading was stopped")
        slot = Slot(level)
        self.started.append(slot)
        return slot

    def start(self, jobs: int, level: str) -> None:
        """Start slots for this number of jobs, so that they load common modules meanwhile.

        While they load, each is two processes that compute, and this one computes too. More slots
        than there is room for would put off the first result; those start when there is work.
        """
        at_once = max(1, (self.size - 1) // 2)
        with contextlib.suppress(OSError):  # reported when one is needed
            while len(self.idle) < min(at_once, jobs):
                self.idle.append(self.new(level))

    def stop(self) -> None:
        """End every slot at once, a busy one too, and start no other."""
        self.stopped = True
        for slot in self.started:
            slot.process.kill()

    def close(self) -> None:
        """Let idle slots end; a busy one ends after its job, when this process does."""
        while self.idle:
            self.idle.pop().close()


class Slot:
    """A running `autograder.grading.slot_process`: it gets ready, and waits for its first task.

    It has a session of its own: Ctrl-C in a terminal would reach every process of ours, and each
    would print where it was. It stops the one that grades, which ends the others.
    """

    def __init__(self, level: str) -> None:
        """Start it, for tasks at this level."""
        self.process = subprocess.Popen(
            [*command("autograder.grading.slot_process"), level],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            start_new_session=True,
        )
        self.begun = False

    def begin(self, task: Task, made: Made) -> bool:
        """Send a task and the values made for it; returns whether the process still reads."""
        self.begun = True
        return self._write(json.dumps(asdict(task))) and self._write(made.to_line())

    def judge(self, job: Job) -> Result | None:
        """The result of one job, or None when the process died during it."""
        assert self.process.stdout is not None
        if not self._write(json.dumps(asdict(job))):
            return None
        line = self.process.stdout.readline()
        return Result.from_json(line) if line else None

    def close(self) -> None:
        """Let the process end. One without a task may still be loading, and is killed."""
        if not self.begun:
            self.kill()
            return
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def kill(self) -> None:
        """End the process at once."""
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
    """The result of a job that the grader could not finish in several attempts."""
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
