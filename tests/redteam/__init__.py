"""Attacks on this grader by dishonest hand-ins, one small file for each.

Each attack is one file `<family>/<slug>.py`; `FAMILIES` describes each family, and `odd_files/`
makes the odd files. The first sentence of a docstring describes the attack. Below it:

    assignment: a3-fgsm       the assignment that it is handed in for
    base: identity            the answer of plain/ that it decorates, or none
    runs: in a call           `trick()` runs in every graded function; while loading: when its cells
                              are run; itself: the file is the whole trick
    status: WRONG CRASH       the statuses that grading may give
    gains: why                only for a weakness that is known and not fixed

An attack must not earn more than its base; one without a base must earn nothing.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from autograder import catalog

FOLDER = Path(__file__).parent
FAMILIES = {
    "verdict": "tampering with the verdict",
    "secrets": "reading secrets",
    "resources": "using up resources",
    "no_answer": "bytes that are no answer",
    "learning": "cheating with the machine learning",
    "files": "files out of shape",
}
FIELDS = {"assignment", "base", "runs", "status", "gains"}
PLACES = {"itself", "in a call", "while loading"}

IN_A_CALL = """

def decorated(answer):
    def attacked(*arguments, **options):
        trick()
        return answer(*arguments, **options)
    return attacked

"""


@dataclass(frozen=True)
class Attack:
    """One attack: its description, its base, and the statuses that grading may give."""

    path: Path
    title: str
    assignment: str
    base: str
    runs: str
    statuses: frozenset[str]
    gains: str

    @property
    def name(self) -> str:
        """Family and file name, as in `resources/fork_bomb`."""
        return f"{self.path.parent.name}/{self.path.stem}"

    @property
    def family(self) -> str:
        """A key of `FAMILIES`."""
        return self.path.parent.name

    def hand_in(self, student: Path) -> None:
        """Write it below a student's folder."""
        target = student / self.assignment / f"{self.assignment}.py"
        target.parent.mkdir(parents=True)
        target.write_text(self.source(), encoding="utf-8")

    def source(self) -> str:
        """The file that is handed in: the base, the attack, and the code that starts it."""
        parts = [base_source(self.assignment, self.base)] if self.base else []
        parts.append(self.path.read_text(encoding="utf-8"))
        names = catalog.assignment(self.assignment).names
        if self.runs == "in a call":
            parts.append(IN_A_CALL + "\n".join(f"{name} = decorated({name})" for name in names))
        elif self.runs == "while loading":
            parts.append("loaded = trick()")  # read by the answers, so that it is run
            parts += [f"{name} = (loaded, {name})[1]" for name in names]
        return "\n".join(parts) + "\n"


def base_source(assignment: str, name: str) -> str:
    """One of the plain answers that attacks decorate."""
    return (FOLDER / "plain" / assignment / f"{name}.py").read_text(encoding="utf-8")


def attacks() -> list[Attack]:
    """Every attack that is a Python file, by family and name."""
    return [read(path) for family in FAMILIES for path in sorted((FOLDER / family).glob("*.py"))]


def read(path: Path) -> Attack:
    """Read one file. Raises ValueError, with the place, for a wrong header."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    title, _, lines = docstring.partition("\n\n")
    fields = dict(re.findall(r"^([a-z]+): *(.+(?:\n .+)*)", lines, flags=re.MULTILINE))
    runs = fields.get("runs", "itself")
    if not {"assignment", "status"} <= fields.keys() <= FIELDS or runs not in PLACES:
        raise ValueError(f"{path}: header {fields}")
    return Attack(
        path,
        " ".join(title.split()),
        fields["assignment"],
        fields.get("base", ""),
        runs,
        frozenset(fields["status"].split()),
        " ".join(fields.get("gains", "").split()),
    )
