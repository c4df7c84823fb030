"""The mutants: wrong answers that the checks must refuse, each for the right reason.

One small file for each, `<assignment>/<slug>.py`. Its docstring says in its first sentence what is
wrong, and below that what grading must find:

    loses: fgsm_stays_in_range      the checks that fail, all of them; those that are skipped for
                                    want of a failing one follow from it and are left out
    cause: not clamped              what the likely cause of the first of them must say
    earns: 0                        the points in that check's exercise, where that matters

Below it is the code, and only the names that it changes: the rest of the answer is the reference's,
so that one thing is wrong and nothing else. It may use whatever the reference imports or defines.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from pathlib import Path

from autograder import catalog
from autograder.report.results import CheckResult, Result

FOLDER = Path(__file__).parent
ROOT = FOLDER.parent.parent
FIELDS = {"loses", "cause", "earns"}

# The modules of solutions/ that answer each assignment, each after those that it imports.
REFERENCE = {
    "a1-cnn": ("cnn",),
    "a2-hooks": ("hooks",),
    "a3-fgsm": ("fgsm",),
    "a4-pgd": ("fgsm", "pgd"),
    "a5-adversarial-training": ("fgsm", "pgd", "adversarial_training"),
    "a6-audit": ("fgsm", "pgd", "audit"),
    "x-targeted": ("fgsm", "pgd", "extensions/targeted"),
    "x-l2": ("fgsm", "extensions/l2"),
    "x-patch": ("extensions/patch",),
    "x-trades": ("fgsm", "pgd", "extensions/trades"),
    "x-onnx": ("extensions/onnx_network",),
}


@dataclass(frozen=True)
class Mutant:
    """One wrong answer, and what grading must find."""

    path: Path
    assignment: str
    title: str
    loses: tuple[str, ...]
    cause: str
    earns: float | None
    code: str

    @property
    def slug(self) -> str:
        """Its name in a test's id and in the matrix."""
        return f"{self.assignment}/{self.path.stem}"


def mutants() -> list[Mutant]:
    """Every mutant, by assignment and name."""
    return [read(path) for path in sorted(FOLDER.glob("a*/*.py"))]


def read(path: Path) -> Mutant:
    """Read one file. Raises ValueError, with the place, for a header that is not as it must be."""
    code = path.read_text(encoding="utf-8")
    title, fields = header(code)
    known = {check.name for check in catalog.checks(path.parent.name)}
    loses = tuple(re.findall(r"\w+", fields.get("loses", "")))
    if fields.keys() - FIELDS or not title or not loses or set(loses) - known:
        raise ValueError(f"{path}: header {fields}, checks {sorted(known)}")
    earns = float(fields["earns"]) if "earns" in fields else None
    return Mutant(path, path.parent.name, title, loses, fields.get("cause", ""), earns, code)


def header(code: str) -> tuple[str, dict[str, str]]:
    """A file's title, and the fields below it by name."""
    title, _, lines = (ast.get_docstring(ast.parse(code)) or "").partition("\n")
    found = re.findall(r"^([a-z ]+): *(.+(?:\n .+)*)", lines, flags=re.MULTILINE)
    return title.rstrip("."), {name: " ".join(value.split()) for name, value in found}


def reference(assignment: str) -> str:
    """The reference's answer to an assignment as one text, as a student would hand it in."""
    files = [ROOT / "solutions" / f"{name}.py" for name in REFERENCE[assignment]]
    lines = "\n".join(path.read_text(encoding="utf-8") for path in files).splitlines()
    outside = ("from solutions", "from __future__")
    kept = "\n".join(line for line in lines if not line.startswith(outside))
    # A class that is named in an annotation inside itself needs it, as its notebook has it.
    first = "from __future__ import annotations\n\n" if assignment == "a2-hooks" else ""
    return f"{first}{kept}\n\n"


def differences(mutant: Mutant, result: Result) -> list[str]:
    """Where grading found something else than the header says, in words."""
    found = []
    failed = {check.name: check for check in result.checks if check.status not in ("OK", "SKIP")}
    for name, check in failed.items():
        if name not in mutant.loses:
            found.append(f"{name} fails, but should not: {told(check)}")
    found += [f"{name} passes, but should not" for name in mutant.loses if name not in failed]
    first = failed.get(mutant.loses[0])
    if first and mutant.cause not in first.cause:
        found.append(f"the cause of {first.name} is to say “{mutant.cause}”: {told(first)}")
    if mutant.earns is not None and earned(result, mutant.loses[0]) != mutant.earns:
        found.append(f"earns {earned(result, mutant.loses[0])} points, not {mutant.earns:g}")
    return found + result.notes


def earned(result: Result, name: str) -> float:
    """The points earned in the exercise that the check `name` belongs to."""
    exercise_of = {check.name: check.exercise for check in catalog.checks(result.assignment)}
    return sum(c.points for c in result.checks if exercise_of[c.name] == exercise_of[name])


def told(check: CheckResult) -> str:
    """What a failed check told the student."""
    return f"[{check.status}] expected {check.expected}; got {check.got}; cause: {check.cause}"
