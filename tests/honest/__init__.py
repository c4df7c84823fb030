"""The honest variants: right answers in many styles, none of which may lose a point.

One small file for each, `<assignment>/<slug>.py`. Its docstring says in its first sentence how it
differs from the reference; `saved as: notebook` (or `with BOM and CRLF`) below it has it handed in
as a notebook, each `# %%` a cell of it, in place of a script. Below it is the code: the names it
answers in its own way. The rest of the answer is the reference's, put before it. With `whole: yes`
the code is all of the answer, written from the notebook's text by somebody who had not seen the
checks; the header is not handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import mutants
import nbformat

FOLDER = Path(__file__).parent
SAVED = ("script", "script with BOM and CRLF", "notebook", "notebook with BOM and CRLF")


@dataclass(frozen=True)
class Variant:
    """One right answer, and how it is handed in."""

    path: Path
    assignment: str
    title: str
    saved_as: str
    code: str
    whole: bool = False  # nothing of the reference goes before it

    @property
    def slug(self) -> str:
        """Its name in a test's id."""
        return f"{self.assignment}/{self.path.stem}"


def variants() -> list[Variant]:
    """Every honest variant, by assignment and name."""
    return [read(path) for path in sorted(FOLDER.glob("a*/*.py"))]


def read(path: Path) -> Variant:
    """Read one file. Raises ValueError, with the place, for a header that is not as it must be."""
    code = path.read_text(encoding="utf-8")
    title, fields = mutants.header(code)
    saved_as = fields.get("saved as", "script")
    if not title or fields.keys() - {"saved as", "whole"} or saved_as not in SAVED:
        raise ValueError(f"{path}: header {fields}")
    whole = fields.get("whole") == "yes"
    if whole:
        code = code.split('"""\n', 1)[1].lstrip("\n")
    return Variant(path, path.parent.name, title, saved_as, code, whole)


def hand_in(variant: Variant, folder: Path) -> Path:
    """Write the whole answer below `folder` as its student saved it; returns the file."""
    code = ("" if variant.whole else mutants.reference(variant.assignment)) + variant.code
    kind, _, marks = variant.saved_as.partition(" with ")
    path = folder / f"{variant.assignment}{'.ipynb' if kind == 'notebook' else '.py'}"
    text = as_notebook(code, "\r\n" if marks else "\n") if kind == "notebook" else code
    if marks:
        path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    else:
        path.write_bytes(text.encode())
    return path


def as_notebook(code: str, newline: str) -> str:
    """A notebook whose cells are the parts between lines of `# %%`; its magics are in comments."""
    parts = re.split(r"^# %%.*\n", code, flags=re.MULTILINE)
    sources = [re.sub(r"^# (?=[%!]\w)", "", part, flags=re.MULTILINE).strip() for part in parts]
    cells = [
        nbformat.v4.new_code_cell(source.replace("\n", newline), id=f"cell-{number}")
        for number, source in enumerate(sources)
    ]
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
