"""Points in time as an instructor writes them, always with a zone: a deadline means one moment."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

from course.errors import CourseError


def moment(text: str, where: str, zone: tzinfo | None = None) -> datetime:
    """The time `2026-11-20T23:59+01:00`; without a zone it is in `zone`.

    Raises CourseError, naming `where` it stands, for anything else and for one without any zone.
    """
    try:
        found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    except ValueError:
        raise CourseError(f"{where}: {text!r} is no time like 2026-11-20T23:59+01:00") from None
    if found.tzinfo is None:
        if zone is None:
            raise CourseError(
                f"{where}: {text!r} names no time zone: write 2026-11-20T23:59+01:00, for example"
            )
        found = found.replace(tzinfo=zone)
    return found


def zone_called(name: str) -> tzinfo:
    """The time zone `Europe/Berlin`. Raises CourseError for one that this machine does not know."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise CourseError(
            f"no time zone called {name!r}: write it like Europe/Berlin, or UTC"
        ) from None


def span(text: str, where: str) -> timedelta:
    """The length of time `3d`, `12h` or `15m`. Raises CourseError, naming `where` it stands."""
    match = re.fullmatch(r"\+?(\d+(?:\.\d+)?)\s*([dhm])", text.strip())
    if match is None:
        raise CourseError(f"{where}: {text!r} is no length of time like 3d, 12h or 15m")
    unit = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}[match[2]]
    return float(match[1]) * unit


def stamp(path: Path) -> datetime | None:
    """When a student handed in, from nbgrader's `timestamp.txt`; None where there is none.

    Raises CourseError for a text that is no time.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[:100]
    except OSError:
        return None
    return stamped(text, str(path))


def stamped(text: str, where: str) -> datetime:
    """The time in a `timestamp.txt`: `2026-11-20 23:59:00.000000 UTC`, or another zone's name.

    Without a zone it is UTC, as nbgrader takes it. Raises CourseError, naming `where` it stands.
    """
    text = re.sub(r"\s*(UTC|Z)$", "+00:00", text.strip())
    if named := re.fullmatch(r"(.*\d)\s+([A-Za-z]\w*(?:/[\w+-]+)*)", text):
        return moment(named[1], where, zone_called(named[2]))
    return moment(re.sub(r"\s+([+-]\d)", r"\1", text), where, timezone.utc)
