"""Which of several files is the answer to an assignment, whatever it is called.

Browsers and learning systems rename what students hand in: `a3-fgsm (1).ipynb`, `Copy of a3-fgsm`,
`a3-fgsm.ipynb.txt`. The file with the agreed name counts; where there is none, the one file that
bears the assignment's cells does. Files are searched as text: nothing is parsed and nothing is run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder import catalog
from autograder.errors import Malformed

SUFFIXES = (".ipynb", ".py", ".json", ".txt", "")
MOST_FILES = 50  # of one student, that are opened in search of the answer
BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Candidate:
    """A file that may be the answer: its own name, and how to get its bytes."""

    name: str
    content: Callable[[], bytes]


def is_notebook(name: str, content: bytes) -> bool:
    """Whether a file is to be read as a notebook; otherwise it is a script."""
    if content.removeprefix(BOM).lstrip()[:1] == b"{":
        return True
    return ".py" not in name.lower()[-7:]


def chosen(assignment: str, candidates: Sequence[Candidate]) -> list[int]:
    """The places of the files that are the answer: one where it is clear, none or several else."""
    exact = [
        i
        for i, file in enumerate(candidates)
        if file.name in (f"{assignment}.ipynb", f"{assignment}.py")
    ]
    if exact:
        return exact
    named = re.compile(named_alike(assignment), re.IGNORECASE)
    alike = [i for i, file in enumerate(candidates) if named.fullmatch(file.name)]
    if len(alike) == 1 or assignment not in catalog.KNOWN:
        return alike
    bearing = [
        i
        for i, file in enumerate(candidates)
        if suffix(file.name) in SUFFIXES and i < MOST_FILES and bears(assignment, file)
    ]
    return [i for i in bearing if i in alike] or bearing or alike


def named_alike(assignment: str) -> str:
    """The names that browsers, Jupyter, Colab and learning systems make out of the agreed one."""
    copy = r"(?:[ _-]?\(?\d+\)?|[ _-]*-?copy\d*(?:[ _]?\(\d+\))?)*"
    name = "[-_ ]?".join(map(re.escape, assignment.split("-")))
    return rf"(?:copy[ _]of[ _])*{name}{copy}\.(?:ipynb|py|json)(?:\.(?:txt|json))?"


def suffix(name: str) -> str:
    """The last suffix of a name, in small letters."""
    return name[at:].lower() if (at := name.rfind(".")) >= 0 else ""


def bears(assignment: str, file: Candidate) -> bool:
    """Whether a file bears cells of the assignment, or defines names that it asks for."""
    try:
        text = file.content().decode("utf-8", errors="replace")
    except Malformed:
        return False
    exercises = catalog.assignment(assignment).exercises
    ids = "|".join(re.escape(exercise.id) for exercise in exercises)
    names = "|".join(re.escape(name) for exercise in exercises for name in exercise.names)
    marks = rf'"grade_id":\s*"(?:check-)?(?:{ids})"'
    calls = rf"check\(\\?[\"']{re.escape(assignment)}\b"
    definitions = rf'(?:^|"|\\n)(?:def|class) (?:{names})\b'
    return re.search(f"{marks}|{calls}|{definitions}", text, re.MULTILINE) is not None
