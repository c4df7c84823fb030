"""Reading `term.toml`: what an instructor decided on dates, penalties, attempts and weights.

Every value has one meaning and is checked when the file is read; a deadline without any time zone,
a name that is none of an assignment, or an unknown setting is refused with one line.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from autograder import catalog
from autograder.report.marks.moments import moment, span, zone_called
from autograder.report.roster.people import Roster
from autograder.report.roster.reading import read_roster
from course.errors import CourseError

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib  # type: ignore[no-redef]

TOP = {"timezone", "roster", "gradebook", "drop", "late", "assignments", "extensions"}
LATE = {"grace", "per_day", "most", "closes"}
ASSIGNMENT = {"deadline", "grades", "submissions", "counts", "weight"} | LATE
COUNTS = ("latest", "best")


@dataclass(frozen=True)
class Late:
    """What lateness costs. per_day, most: percent of the maximum; a started day counts.

    grace: how late nothing is lost yet. closes: how late nothing is given any more.
    """

    grace: timedelta = timedelta()
    per_day: float = 0.0
    most: float = 100.0
    closes: timedelta | None = None


@dataclass(frozen=True)
class Rules:
    """One assignment of the term. grades, submissions: the folders of each attempt, in order."""

    assignment: str
    deadline: datetime | None
    late: Late
    grades: tuple[Path, ...]
    submissions: tuple[Path, ...]
    counts: str = "latest"
    weight: float = 1.0


@dataclass(frozen=True)
class Term:
    """A whole `term.toml`. extensions: by student and assignment, as written. drop: the number of
    assignments with the lowest share of points that do not count."""

    zone: tzinfo | None = None
    roster: Roster = field(default_factory=Roster)
    assignments: Mapping[str, Rules] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    drop: int = 0
    gradebook: Path | None = None  # nbgrader's, for the points that its formgrader gave

    def deadline_of(self, student: str, rules: Rules) -> datetime | None:
        """The deadline of one student, with their extension. Raises CourseError."""
        person = self.roster.get(student)
        id_ = person.id if person else student
        texts = {**(person.extensions if person else {}), **self.extensions.get(id_, {})}
        if rules.deadline is None or (text := texts.get(rules.assignment)) is None:
            return rules.deadline
        where = f"the extension of {id_} for {rules.assignment}"
        if text.startswith("+"):
            return rules.deadline + span(text, where)
        return moment(text, where, self.zone)


def read_term(path: Path) -> Term:
    """The term in a TOML file. Raises CourseError for everything that has no clear meaning."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CourseError(f"{path} is no TOML: {error}") from None
    refuse_unknown(content, TOP, str(path))
    zone = zone_called(str(content["timezone"])) if "timezone" in content else None
    home = path.parent
    roster = read_roster(home / content["roster"]) if "roster" in content else Roster()
    usual = content.get("late", {})
    refuse_unknown(usual, LATE, f"{path}: [late]")
    assignments = {}
    for name, table in content.get("assignments", {}).items():
        where = f"{path}: [assignments.{name}]"
        catalog.graded(name)
        refuse_unknown(table, ASSIGNMENT, where)
        assignments[name] = rules_in(name, {**usual, **table}, home, zone, where)
    extensions = {
        student: {name: str(until) for name, until in each.items()}
        for student, each in content.get("extensions", {}).items()
    }
    drop = int(number(content.get("drop", 0), f"{path}: drop"))
    gradebook = home / str(content["gradebook"]) if "gradebook" in content else None
    return Term(zone, roster, assignments, extensions, drop, gradebook)


def rules_in(
    name: str, table: Mapping[str, Any], home: Path, zone: tzinfo | None, where: str
) -> Rules:
    """The rules of one assignment. Raises CourseError."""
    deadline = table.get("deadline")
    counts = str(table.get("counts", "latest"))
    if counts not in COUNTS:
        raise CourseError(f"{where}: counts is one of {', '.join(COUNTS)}, not {counts!r}")
    grades = folders(table.get("grades", f"grades/{name}"), home)
    submissions = folders(table.get("submissions", "submitted"), home)
    if len(submissions) == 1:
        submissions *= len(grades)
    if len(submissions) != len(grades):
        raise CourseError(f"{where}: {len(grades)} grades, but {len(submissions)} submissions")
    return Rules(
        assignment=name,
        deadline=None if deadline is None else moment(str(deadline), f"{where} deadline", zone),
        late=late_in(table, where),
        grades=grades,
        submissions=submissions,
        counts=counts,
        weight=number(table.get("weight", 1), f"{where} weight"),
    )


def late_in(table: Mapping[str, Any], where: str) -> Late:
    """What lateness costs. Raises CourseError."""
    closes = table.get("closes")
    return Late(
        span(str(table.get("grace", "0m")), f"{where} grace"),
        number(table.get("per_day", 0), f"{where} per_day"),
        number(table.get("most", 100), f"{where} most"),
        None if closes is None else span(str(closes), f"{where} closes"),
    )


def folders(value: Any, home: Path) -> tuple[Path, ...]:
    """One folder or several, from the place of the file."""
    return tuple(home / str(each) for each in (value if isinstance(value, list) else [value]))


def number(value: Any, where: str) -> float:
    """A number that is not negative. Raises CourseError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise CourseError(f"{where}: {value!r} is no number that can stand here")
    return float(value)


def refuse_unknown(table: Mapping[str, Any], known: Collection[str], where: str) -> None:
    """Raise CourseError for a setting that is none: a slip of the pen must not be a rule less."""
    if not isinstance(table, Mapping):
        raise CourseError(f"{where} is no table of settings")
    if unknown := sorted(set(table) - set(known)):
        raise CourseError(
            f"{where}: no setting {unknown[0]!r}; there are: {', '.join(sorted(known))}"
        )
