"""Archives of a class that `autograder watch` finds: sorted into folders again when one is new.

All of them are collected in the order of their times, each time: what stands in the folders at the
end follows from the archives alone, wherever an earlier run was killed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from autograder.handin.attempts import Rules
from autograder.handin.collect import gather, left_out
from autograder.handin.systems.choice import NAMES
from autograder.report.marks.moments import zone_called
from autograder.report.roster.people import Roster
from autograder.report.roster.reading import read_roster
from course.errors import CourseError

Stamp = tuple[Path, int, int]  # of an archive: time of change and size


@dataclass
class Downloads:
    """The archives at a path: the one it names, or those that lie in that folder.

    folder: where they are sorted into. seen: as they were when that was done last.
    """

    path: Path
    assignment: str
    folder: Path
    layout: str | None = None
    roster: Roster = field(default_factory=Roster)
    rules: Rules = field(default_factory=Rules)
    seen: tuple[Stamp, ...] = ()

    @classmethod
    def of(cls, args: argparse.Namespace, folder: Path) -> Downloads:
        """Those that the arguments name. Raises CourseError for a mistake in them."""
        if args.layout is not None and args.layout not in NAMES:
            raise CourseError(f"no layout called {args.layout!r}; there are: {', '.join(NAMES)}")
        roster = read_roster(args.roster) if args.roster else Roster()
        rules = Rules(zone=zone_called(args.timezone) if args.timezone else None)
        return cls(args.submissions, args.assignment, folder, args.layout, roster, rules)

    def collect(self, settled: float, say: Callable[[str], None] | None = None) -> None:
        """Sort the archives into folders if any is new and was not changed for `settled` seconds.

        An archive that cannot be read is named once, and tried again when it changes.
        """
        say = say or complain
        now = tuple(sorted(map(stamp_of, self.archives()), key=lambda stamp: (stamp[1], stamp[0])))
        if now == self.seen or any(time.time() - when / 1e9 < settled for _, when, _ in now):
            return
        for path, *_ in now:
            new = stamp_of(path) not in self.seen
            try:
                done = gather(
                    self.assignment,
                    path,
                    self.folder,
                    layout=self.layout,
                    roster=self.roster,
                    rules=self.rules,
                )
                lines = left_out(done)
            except CourseError as error:
                lines = [str(error)]
            for line in lines if new else ():
                say(line)
        self.seen = now

    def archives(self) -> list[Path]:
        """The archives that are there now."""
        if self.path.is_file():
            return [self.path]
        return [path for path in self.path.glob("[!.]*.[zZ][iI][pP]") if path.is_file()]


def stamp_of(path: Path) -> Stamp:
    """An archive as it is now."""
    about = path.stat()
    return path, about.st_mtime_ns, about.st_size


def complain(line: str) -> None:
    """Print a line on standard error."""
    print(f"autograder: {line}", file=sys.stderr)
