"""Canvas: `lovelaceada_LATE_101_9001_a3-fgsm-1.ipynb`, one flat archive, newest attempts only.

The names are made in lib/content_zipper.rb of instructure/canvas-lms: the sortable name or that of
the group in word characters, `LATE`, the user's number (anonymous: `anon_` and five letters), the
number of the attachment, and what the student called the file, numbered where it was handed in
again. Text entries and links end in `_text.html` and `_link.html`, without an attachment's number.
"""

from __future__ import annotations

import re

from autograder.handin.download import Download
from autograder.handin.systems.reading import Piece, Reading, Who

PERSON = r"(?:(?P<name>[^/]*?)_)??(?P<late>LATE_)?(?:(?P<id>\d+)|anon_(?P<anon>[^/_]+))"
FILE = re.compile(rf"{PERSON}_(?P<attachment>\d+)_(?P<file>[^/]+)")
TYPED = re.compile(rf"{PERSON}_(?P<kind>text|link)\.html")
# A group called `group_2`: its number is none of a user, whose numbers are longer.
NUMBERED_GROUP = re.compile(
    r"(?P<name>[^/_]+(?:_[^/_\d]+)*_\d{1,2})_(?P<late>LATE_)?(?P<id>\d{3,})(?P<anon>)"
    r"_(?P<attachment>\d{4,})_(?P<file>[^/]+)"
)


def read(download: Download) -> Reading:
    """The files of each user number."""
    reading = Reading()
    for file in download.files:
        typed = TYPED.fullmatch(file.base)
        match = typed or NUMBERED_GROUP.fullmatch(file.base) or FILE.fullmatch(file.base)
        if match is None:
            reading.unknown.append((file, "its name does not say whose it is, as Canvas' names do"))
            continue
        number = match["id"] or f"anon_{match['anon']}"
        who = Who.of(number, match["name"] or "", [match["id"] or ""])
        late = bool(match["late"]) or (match["name"] or "").endswith("_LATE")
        if typed:
            kind, name = typed["kind"], file.base
        else:
            kind, name = "file", match["file"]
        reading.add(Piece(who, file, name, late=late, kind=kind))
    return reading
