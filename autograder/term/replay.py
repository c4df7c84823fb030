"""Judging one submission again, as it was judged before, for `autograder replay`."""

from __future__ import annotations

from pathlib import Path

import torch

from autograder.judge.judge import Judge
from autograder.judge.made import prepare
from autograder.judge.setting import Setting
from autograder.report.results import Result


def judge_again(before: Result, path: Path, secret: bytes) -> Result:
    """The result of a student's folder or file, in the setting of an earlier result."""
    torch.set_num_threads(1)  # as it was graded: more would add up in another order
    setting = Setting(before.assignment, before.profile, secret)
    judge = Judge(setting, before.sandbox)
    judge.take(prepare(setting))
    return judge.judge(before.student, path)
