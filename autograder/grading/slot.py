"""One place where submissions are judged: a process that loads everything once and takes jobs.

It reads a line of JSON per job on standard input and writes a line of JSON per result. Two lines
come before the jobs: the task, and the values made for it. When a slot dies, the batch starts
another, and its current job is judged again.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO

import torch

from autograder.grading.jobs import Job, Task
from autograder.judge.judge import Judge
from autograder.judge.made import Made
from autograder.judge.setting import Setting
from autograder.report.results import Result


def setting_of(task: Task) -> Setting:
    """The setting that a task is judged in."""
    return Setting(task.assignment, task.profile, bytes.fromhex(task.secret))


def serve(lines: IO[str], replies: IO[str]) -> None:
    """Judge job after job until the input ends.

    A task comes first, and may come again: a line for it and one for the values made for it.
    """
    judge: Judge | None = None
    for line in lines:
        content = json.loads(line)
        if judge is None or "assignment" in content:
            judge = judge_of(Task(**content), Made.from_line(next(lines)))
            continue
        result = judge_safely(judge, Job(**content))
        replies.write(json.dumps(asdict(result), allow_nan=False) + "\n")
        replies.flush()


def judge_of(task: Task, made: Made) -> Judge:
    """The judge of a task, with the values made for it."""
    judge = Judge(setting_of(task), task.level)
    judge.take(made)
    return judge


def judge_safely(judge: Judge, job: Job) -> Result:
    """Judge one job; an error of the grader becomes INFRA for this job alone."""
    try:
        return judge.judge(job.student, Path(job.path))
    except Exception as error:
        result = judge.result(job.student, "INFRA", [])
        result.notes = [f"The grader failed, not you: {type(error).__name__}: {error}"]
        return result


def main() -> None:
    """Serve on this process's own streams, to which nothing else can write."""
    torch.set_num_threads(1)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(BrokenPipeError):  # the one that grades was killed meanwhile
        serve(sys.stdin, replies)
