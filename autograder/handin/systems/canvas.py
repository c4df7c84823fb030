"""Canvas: `lovelaceada_LATE_101_9001_a3-fgsm-1.ipynb`, one flat archive, newest attempts only.

The names are made in lib/content_zipper.rb of instructure/canvas-lms: the sortable name or that of
the group in word characters, `LATE`, the user's number (anonymous: `anon_` and five letters), the
number of the attachment, and what the student called the file, numbered where it was handed in
again. Text entries and links end in `_text.html` and `_link.html`, without an attachment's number.
Files of a quiz (quiz_submission_zipper.rb) have name and number in one, then the question's number.
"""

from __future__ import annotations

import re
from collections import defaultdict

from autograder.handin.download import Arrived, Download
from autograder.handin.systems.reading import Piece, Reading, Who

NAMED = r"(?P<name>[^/]*?)_(?P<late>LATE_)?(?P<id>\d+)"
ANONYMOUS = r"(?:(?P<name>[^/]*?)_)??(?P<late>LATE_)?(?P<anon>anon_)(?P<id>[^/_]+)"
UPLOADED = r"_(?P<attachment>\d+)_(?P<file>[^/]+)"
TYPED = r"_(?P<kind>text|link)\.html"
# A group called `group_2`: its number is none of a user, whose numbers are longer.
GROUP = r"(?P<name>[^/_]+(?:_[^/_\d]+)*_\d{1,2})_(?P<late>LATE_)?(?P<id>\d{3,})"
QUIZ = r"(?P<name>[^/]*?)(?P<id>\d+)(?P<quiz>_question_\d+)"
# In the order in which they are tried. A name without a word character is empty.
FORMS = [
    re.compile(start + end)
    for start, end in (
        (ANONYMOUS, UPLOADED),
        (ANONYMOUS, TYPED),
        (QUIZ, UPLOADED),
        (GROUP, r"_(?P<attachment>\d{4,})_(?P<file>[^/]+)"),
        (NAMED, TYPED),
        (NAMED, UPLOADED),
        (r"(?P<id>\d+)", UPLOADED),
    )
]
# A group called `team_2024`: it cannot be told from a user with that number by its name alone.
YEAR = re.compile(r"(?P<name>[^/]*?_\d+)_(?P<late>LATE_)?(?P<id>\d+)" + UPLOADED)


def read(download: Download) -> Reading:
    """The files of each user number."""
    reading = Reading()
    for file, match in matched(download).items():
        if match is None:
            reading.unknown.append((file, "its name does not say whose it is, as Canvas' names do"))
            continue
        parts = match.groupdict()
        name = parts.get("name") or ""
        folder = (parts.get("anon") or "") + match["id"]
        if parts.get("quiz"):  # nothing tells where the name ends and the number begins
            folder = name + folder
        who = Who.of(folder, name.removesuffix("_LATE"), [match["id"]], key=f"{name}/{folder}")
        late = bool(parts.get("late")) or name.endswith("_LATE")
        kind, called = parts.get("kind") or "file", parts.get("file") or file.base
        reading.add(Piece(who, file, called, late=late, kind=kind))
    return reading


def matched(download: Download) -> dict[Arrived, re.Match[str] | None]:
    """How Canvas would have made the name of each file, or None."""
    found = {
        file: next((match for form in FORMS if (match := form.fullmatch(file.base))), None)
        for file in download.files
    }
    names: dict[str, set[str]] = defaultdict(set)
    for match in found.values():
        if match and match.groupdict().get("name"):
            names[match["id"]].add(match["name"])
    for file, match in found.items():  # one number, two names: it is no number of a user
        if match and len(names[match["id"]]) > 1:
            found[file] = YEAR.fullmatch(file.base) or match
    return found
