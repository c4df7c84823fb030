"""The data profile that a released notebook opens with."""

from __future__ import annotations

import json

from course.errors import CourseError


def notebook_on(profile: str, text: str) -> str:
    """A notebook's text with this data profile in place of digits.

    Raises CourseError where its line `PROFILE = "digits"` is missing.
    """
    if profile == "digits":
        return text
    before, after = (json.dumps(f'PROFILE = "{name}"')[1:-1] for name in ("digits", profile))
    if text.count(before) != 1:
        raise CourseError('a notebook has no single line PROFILE = "digits"')
    return text.replace(before, after)
