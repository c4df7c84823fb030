"""Points in time as an instructor writes them, always with a zone: a deadline means one moment."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, tzinfo

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
