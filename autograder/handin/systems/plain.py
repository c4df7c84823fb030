"""No system: `<student>/<assignment>/<file>`, `<student>/<file>` or `<student>.ipynb`.

Which folders are the students' is found in `homes.py`; what lies deeper belongs to the same one.
Where two bear one name, as in two sections, nothing is guessed. nbgrader's `timestamp.txt` says
when the files beside it were handed in.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from functools import partial

from autograder.errors import Malformed
from autograder.handin import submission
from autograder.handin.choosing import Candidate, bears, named_alike
from autograder.handin.download import Arrived, Download
from autograder.handin.systems.homes import (
    BESIDE,
    HANDED_IN,
    folder_of_another,
    places_of,
    student_folders,
)
from autograder.handin.systems.reading import Piece, Reading, Who
from autograder.report.marks.moments import stamped
from autograder.report.marks.penalties import STAMP
from course.errors import CourseError


def read(download: Download, assignment: str) -> Reading:
    """The files of each student's folder, or one file for each student."""
    reading = Reading()
    homes = student_folders(download.files, assignment, partial(answers_it, assignment))
    places = places_of(download.files, assignment)
    names = Counter(home[-1] for home in homes)
    times = {file.parts[:-1]: time_in(file) for file in download.files if file.base == STAMP}
    level = Counter(map(len, homes)).most_common(1)[0][0] if homes else 1
    for file in download.files:
        folders = file.parts[:-1]
        home = next(
            (folders[:end] for end in range(len(folders), 0, -1) if folders[:end] in homes), ()
        )
        if not home and homes and len(folders) >= level:
            home = folders[:level]
        if other := folder_of_another(folders, assignment, places):
            reading.aside.append((file, f"a hand-in to {other}"))
        elif not home and homes and folders:
            add_loose(reading, file)
        elif not home:
            add_single(reading, file, assignment)
        elif names[home[-1]] > 1:
            both = " and ".join("/".join(each) for each in sorted(homes) if each[-1] == home[-1])
            reading.unknown.append((file, f"{both} have one name: are they one student?"))
        else:
            place = "/".join(home)
            who = Who.of(unnumbered(home[-1]), key=place)
            kind = "note" if file.base == STAMP else "file"
            when = times.get(folders)
            reading.add(Piece(who, file, file.path[len(place) + 1 :], when=when, kind=kind))
    return reading


def time_in(file: Arrived) -> datetime | None:
    """The time in a `timestamp.txt`, or None."""
    try:
        return stamped(file.content(1000).decode("utf-8", errors="replace"), file.path)
    except (Malformed, CourseError):
        return None


def answers_it(assignment: str, file: Arrived) -> bool:
    """Whether a file answers the assignment, by its content; an archive may."""
    if file.base.lower().endswith(".zip"):
        return True
    limit = submission.MAX_BYTES
    return bears(assignment, Candidate(file.base, partial(file.content, limit)))


def add_loose(reading: Reading, file: Arrived) -> None:
    """Note a file that lies above the folders of the students."""
    if BESIDE.fullmatch(file.base):
        reading.aside.append((file, "no hand-in"))
    else:
        reading.unknown.append((file, "it lies in no student's folder"))


def add_single(reading: Reading, file: Arrived, assignment: str) -> None:
    """Note a file that lies in no student's folder: its name is the student's, if it is one."""
    match = HANDED_IN.fullmatch(file.base)
    if re.fullmatch(named_alike(assignment), file.base, re.IGNORECASE):
        reading.unknown.append((file, "neither its name nor a folder says whose it is"))
    elif match is None and BESIDE.fullmatch(file.base):
        reading.aside.append((file, "no hand-in"))
    elif match is None:
        reading.unknown.append(
            (file, "it is no notebook, script or zip archive, and lies in no folder")
        )
    else:
        student = without_assignment(match["student"], assignment)
        who = Who.of(unnumbered(student), key="/".join((*file.parts[:-1], student)))
        reading.add(Piece(who, file, assignment + file.base[len(match["student"]) :]))


def unnumbered(name: str) -> str:
    """`ada` for `ada (1)`, as browsers and systems call a second download or folder."""
    return re.sub(r"\s?\(\d{1,2}\)$", "", name) or name


def without_assignment(name: str, assignment: str) -> str:
    """`ada` for `ada_a3-fgsm` and `a3-fgsm ada`, and for GitHub's `a3-fgsm-ada-main`."""
    between = re.escape(assignment)
    if branch := re.fullmatch(rf"{between}-(.+)-(?:main|master)", name):
        return branch[1]
    bare = re.sub(rf"^{between}[ _-]+|[ _-]+{between}$", "", name, flags=re.IGNORECASE)
    return bare or name
