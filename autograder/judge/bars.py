"""The bars of each data profile and the evidence for them, in `calibrated/<profile>.json`.

`autograder calibrate` writes those files; checks, texts and site read them from there.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from autograder import installed
from autograder.files import write_atomically
from autograder.judge.expect import Bar
from course.budget import profile_name
from course.errors import CourseError


@dataclass(frozen=True)
class Evidence:
    """A bar and its evidence: the reference's results over seeds, and the rule."""

    zero: float
    full: float
    mean: float
    spread: float
    worst: float
    seeds: int
    failure_chance: float
    rule: str

    @property
    def bar(self) -> Bar:
        """The bar that a check applies."""
        return Bar(self.zero, self.full)


def path_of(profile: str) -> Path:
    """The file of a profile's bars."""
    return installed.BARS / f"{profile_name(profile)}.json"


def read(profile: str) -> dict[str, Any]:
    """The whole file of a profile that has been calibrated."""
    content: dict[str, Any] = json.loads(path_of(profile).read_text(encoding="utf-8"))
    return content


def evidence(profile: str, assignment: str, name: str) -> Evidence:
    """The bar `name` and its evidence. Raises CourseError if it has not been calibrated."""
    known = read(profile)["bars"] if path_of(profile).is_file() else {}
    entry = known.get(f"{assignment}.{name}")
    if entry is None:
        raise CourseError(
            f"there is no bar {name!r} of {assignment} for the profile {profile!r}; the instructor "
            f"makes it with `autograder calibrate {assignment} --data {profile}`"
        )
    return Evidence(**{field.name: entry[field.name] for field in fields(Evidence)})


def require(profile: str, assignment: str) -> None:
    """Raise CourseError where a check of this assignment needs a bar that the profile lacks.

    `digits` has every bar there is, so it says which these are.
    """
    for name in read("digits")["bars"]:
        if name.startswith(f"{assignment}."):
            evidence(profile, assignment, name.removeprefix(f"{assignment}."))


def write(profile: str, assignment: str, bars: dict[str, Evidence], about: dict[str, Any]) -> Path:
    """Put the bars of one assignment into a profile's file; returns its path."""
    path = path_of(profile)
    content: dict[str, Any] = {"profile": profile_name(profile), "bars": {}}
    if path.is_file():
        content = read(profile)
    for name, evidence in bars.items():
        content["bars"][f"{assignment}.{name}"] = {**asdict(evidence), **about}
    content["bars"] = dict(sorted(content["bars"].items()))
    write_atomically(path, json.dumps(content, indent=2) + "\n")
    return path
