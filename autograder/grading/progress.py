"""The progress of a grading: a bar in a terminal, and lines elsewhere, as in a batch job.

With `-v` or `--log` there is a line for each submission, on the terminal or in a file.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from tqdm import tqdm

from autograder.report.results import Result, number
from autograder.report.roster.people import listed
from course.errors import CourseError

Note = Callable[[str], None]

SECONDS = 15.0  # between two lines: often enough to follow a log, rare enough to store it


class Lines:
    """Progress as one line every some seconds, and one when something ends."""

    def __init__(
        self,
        total: int,
        done: int,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.total, self.done, self.before, self.written = total, done, done, done
        self.stream, self.clock = stream or sys.stderr, clock
        self.started = self.last = clock()
        self.statuses: Counter[str] = Counter()

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self.done != self.written:
            self.write()

    def set_postfix(self, statuses: Counter[str]) -> None:
        """Note how many submissions have each status."""
        self.statuses = statuses

    def update(self) -> None:
        """Note that one more submission was judged."""
        self.done += 1
        if self.clock() - self.last >= SECONDS:
            self.write()

    def write(self) -> None:
        """Write a line now."""
        self.last, self.written = self.clock(), self.done
        judged, seconds = self.done - self.before, self.last - self.started
        kinds = ", ".join(f"{status} {count}" for status, count in self.statuses.most_common())
        line = f"{self.done} of {self.total} submissions"
        line += f" ({kinds})" if kinds else ""
        if judged and seconds > 0:
            rate = judged / seconds
            line += f"; {60 * rate:.1f} a minute"
            if self.done < self.total:
                line += f", {duration((self.total - self.done) / rate)} left"
        print(line, file=self.stream, flush=True)


@contextlib.contextmanager
def notes_of(path: Path | None, *, verbose: bool) -> Iterator[Note]:
    """Where a line on each submission goes: standard error, the end of a file, both, or nowhere.

    Raises CourseError when the file cannot be written.
    """
    with contextlib.ExitStack() as stack:
        file = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                file = stack.enter_context(path.open("a", encoding="utf-8", errors="replace"))
            except OSError as error:
                raise CourseError(f"{path} cannot be written: {error.strerror}") from None

        def note(line: str) -> None:
            if verbose:
                tqdm.write(line, file=sys.stderr)
            if file is not None:
                now = datetime.now().astimezone().isoformat(" ", "seconds")
                print(f"{now} {line}", file=file, flush=True)

        yield note


def line_on(result: Result) -> str:
    """A submission in one line: who, status, points and time."""
    points = "no score" if result.score is None else f"{number(result.score)} points"
    return f"{listed([result.student])}: {result.status}, {points}, {result.seconds:.1f} s"


def duration(seconds: float) -> str:
    """`2 h 5 min`, `3 min` or `20 s`."""
    minutes = round(seconds / 60)
    if minutes >= 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return f"{minutes} min" if seconds >= 60 else f"{seconds:.0f} s"


def progress_of(total: int, done: int, *, shown: bool) -> Lines | tqdm:
    """A bar, lines, or an object that shows nothing."""
    if shown and not sys.stderr.isatty():
        return Lines(total, done)
    return tqdm(total=total, initial=done, unit="submission", disable=None if shown else True)
