"""Reading what was handed in: a notebook, a .py file or a zip of one becomes cells, as text.

Nothing is run here and nothing is believed. What cannot be read is a FORMAT fault with the remedy:
the student can correct it and hand in again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from autograder import catalog
from autograder.catalog import Exercise
from autograder.errors import Malformed
from autograder.handin import answer_cells, archives
from autograder.handin.answer_cells import Source
from autograder.handin.choosing import Candidate, chosen, is_notebook
from autograder.handin.scripts import holds_conflict, script_cells
from autograder.worker.cells import Cell

MAX_BYTES = 32 << 20
MAX_PARTS = 1_000_000  # lists and objects, each of which takes far more memory than its bytes
MAX_CELLS = 2_000
MAX_SOURCE = 256 << 10  # characters: far more code than an answer needs, too little for a network
REFUSED = "not-collected.txt"  # why `autograder collect` left a student's file where it was


@dataclass(frozen=True)
class Submission:
    """One student's answer to one assignment: its cells in order, and what it was read from.

    above: for a graded name, how many of the cells stand above the check cell of its exercise.
    notes: what was taken for an answer whose cell is not as it was released. python: the version
    of Python that the notebook says it was run with.
    """

    path: Path
    cells: list[Cell]
    sha256: str
    above: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    python: str = ""


def find(folder: Path, assignment: str) -> Path:
    """The file of `assignment` in a student's folder: `<assignment>/<assignment>.ipynb` or .py.

    Where there is neither, the one file that bears the assignment's cells is taken, whatever it is
    called, or an archive, if there is one alone. Raises Malformed when there is nothing, and says
    what is there instead; or when it is a link out of the folder, to what somebody else wrote.
    """
    for base in (folder / assignment, folder):
        for suffix in (".ipynb", ".py"):
            path = base / f"{assignment}{suffix}"
            if path.is_file():
                return own(path, folder)
    for base in (folder / assignment, folder):
        if (other := renamed(base, assignment, folder)) is not None:
            return other
    if (archive := only_archive(folder, assignment)) is not None:
        return own(archive, folder)
    if (folder / assignment / REFUSED).is_file():
        raise unreadable(*refusal(folder / assignment / REFUSED))
    if not (folder / assignment).resolve().is_relative_to(folder.resolve()):
        raise unreadable(  # and what that folder holds is nobody's business
            f"{assignment} is a link to a folder elsewhere", "", "Hand in the files themselves."
        )
    beside = [*folder.glob("[!.]*"), *folder.glob(f"{assignment}/[!.]*")]
    present = sorted(
        f"{path.relative_to(folder)}{'/' if path.is_dir() else ''}"
        for path in beside
        if path != folder / assignment
    )
    raise unreadable(
        f"the folder {folder.name!r} holds no {assignment}.ipynb",
        f"it holds {', '.join(present[:5])}" if present else "it is empty",
        f"Hand in the notebook as {assignment}/{assignment}.ipynb.",
    )


def located(path: Path, assignment: str) -> Path:
    """The file of `assignment`, from a student's folder or from the file itself.

    Raises Malformed as `find` does.
    """
    return find(path, assignment) if path.is_dir() else path


def renamed(base: Path, assignment: str, folder: Path) -> Path | None:
    """The one file in `base` that bears the assignment's cells under another name, if there is one.

    Raises Malformed where there are several, and for a link out of the student's folder.
    """
    inside = folder.resolve()
    files = [
        path
        for path in sorted(base.glob("[!.]*"))
        if path.is_file() and path.name != REFUSED and path.resolve().is_relative_to(inside)
    ]
    found = chosen(assignment, [Candidate(path.name, partial(bytes_of, path)) for path in files])
    if len(found) > 1:
        raise unreadable(
            f"the folder {folder.name!r} holds {len(found)} files for {assignment}",
            archives.shown([files[i].name for i in found]),
            f"Keep one of them, or call the one that counts {assignment}.ipynb.",
        )
    return files[found[0]] if found else None


def own(path: Path, folder: Path) -> Path:
    """A file in a student's folder. Raises Malformed when it is a link to one that is not."""
    if path.resolve().is_relative_to(folder.resolve()):
        return path
    raise unreadable(f"{path.name} is a link to a file elsewhere", "", "Hand in the file itself.")


def only_archive(folder: Path, assignment: str) -> Path | None:
    """The one archive in a student's folder. Raises Malformed where there is more than one."""
    for base in (folder / assignment, folder):
        found = sorted(path for path in base.glob("[!.]*") if path.suffix.lower() == ".zip")
        if len(found) > 1:
            raise unreadable(
                f"the folder {folder.name!r} holds {len(found)} archives",
                archives.shown([path.name for path in found]),
                "Keep one of them, or hand in the notebook itself.",
            )
        if found and found[0].is_file():
            return found[0]
    return None


def refusal(path: Path) -> tuple[str, str, str]:
    """The reason that `autograder collect` wrote in place of a file that it refused."""
    text = bytes_of(path)[:1000].decode("utf-8", errors="replace")
    what, _, hint = " ".join(text.split()).partition(". ")
    return what, "", hint


def read(path: Path, required: Sequence[str] = (), assignment: str = "") -> Submission:
    """Read a notebook, a .py file, or an archive that holds one of those for `assignment`.

    required: the grade_ids of the cells that hold answers. Raises Malformed with the remedy for
    anything that is not a notebook with cells.
    """
    content = bytes_of(path)
    digest = hashlib.sha256(content).hexdigest()
    if path.suffix.lower() == ".zip":
        wanted = assignment or path.parent.name
        name, content = archives.notebook_in(path.name, content, wanted, MAX_BYTES)
        path = path / name
    exercises = exercises_of(assignment, required)
    if is_notebook(path.name, content):
        parsed = notebook(path, content)
        sources = list(notebook_cells(path, parsed))
        notes = [*answer_cells.notes(path.name, sources, exercises), *beside(path)]
        cells = [Cell(title(cell), cell.text) for cell in sources if cell.runs]
        python = python_version(parsed)
    else:
        cells = script_cells(path.name, decoded(path, content))
        sources = [Source(0, "code", cell.source, "", check=False) for cell in cells]
        notes, python = [], ""
    length = sum(len(cell.source) for cell in cells)
    if length > MAX_SOURCE:
        raise unreadable(
            f"{path.name} holds {length:,} characters of code",
            f"at most {MAX_SOURCE:,} can be graded",
            "Leave out data and weights that were written into the code.",
        )
    for cell in cells:
        if holds_conflict(cell.source):
            raise conflict(
                cell.title if cell.title == path.name else f"{cell.title} of {path.name}"
            )
    above = answer_cells.above_checks(assignment, sources, exercises)
    return Submission(path, cells, digest, above, tuple(notes), python)


def beside(path: Path) -> Iterator[str]:
    """The note on a script of the same name beside a notebook: only one of them is judged."""
    script = path.with_suffix(".py")
    if script.is_file():
        yield f"{script.name} lies beside {path.name} and was not judged."


def exercises_of(assignment: str, required: Sequence[str]) -> list[Exercise]:
    """The exercises whose cells have the grade_ids `required`."""
    if assignment in catalog.KNOWN:
        known = catalog.assignment(assignment).exercises
        return [exercise for exercise in known if exercise.id in required]
    return [Exercise(name, name, (name,)) for name in required]


def title(cell: Source) -> str:
    """What a cell is called in messages."""
    return f"cell {cell.number}" + (f" ({cell.id})" if cell.id else "")


def python_version(parsed: dict[str, Any]) -> str:
    """The version of Python that a notebook says it was run with, such as 3.12.1; or nothing."""
    about: Any = parsed
    for key in ("metadata", "language_info", "version"):
        about = about.get(key) if isinstance(about, dict) else None
    known = isinstance(about, str) and re.fullmatch(r"\d\.\d{1,2}(\.\d{1,2})?", about)
    return about if known else ""


def conflict(where: str) -> Malformed:
    """The FORMAT fault for the marks of an unfinished merge."""
    return unreadable(
        f"{where} holds the marks of a git merge conflict (<<<<<<< and >>>>>>>)",
        "",
        "Keep one of the two versions, delete the marks, run all cells, and hand in again.",
    )


def bytes_of(path: Path) -> bytes:
    """A file as it is at this moment, read once and no further than the largest that is graded.

    Raises Malformed for a larger one, for what is no file (a pipe is not waited for), and for one
    that may not be read.
    """
    try:
        with open(path, "rb", opener=archives.without_waiting) as file:
            regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(MAX_BYTES + 1) if regular else b""
    except PermissionError:
        raise unreadable(
            f"{path.name} may not be read", "", "Allow others to read it, and hand in again."
        ) from None
    except IsADirectoryError:
        regular, content = False, b""
    if not regular:
        raise unreadable(f"{path.name} is no file", "", "Hand in the notebook itself.")
    if len(content) > MAX_BYTES:
        raise unreadable(
            f"{path.name} is larger than {MAX_BYTES >> 20} MB", "", "Clear all outputs and save."
        )
    return content


def notebook(path: Path, content: bytes) -> dict[str, Any]:
    """The notebook's JSON. Raises Malformed when it is none, or an old format."""
    if content.count(b"[") + content.count(b"{") > MAX_PARTS:
        raise unreadable(
            f"{path.name} holds more than {MAX_PARTS:,} lists and objects",
            "",
            "Clear all outputs and save.",
        )
    try:
        parsed = json.loads(decoded(path, content))
    except (ValueError, RecursionError):
        if holds_conflict(content[:MAX_BYTES].decode("utf-8", errors="replace")):
            raise conflict(path.name) from None
        raise unreadable(
            f"{path.name} {not_json(content)}",
            "",
            "Save it again from JupyterLab (File, Save Notebook) and hand in that file.",
        ) from None
    if not isinstance(parsed, dict) or not isinstance(parsed.get("cells"), list):
        old = isinstance(parsed, dict) and "worksheets" in parsed
        raise unreadable(
            f"{path.name} has no cells",
            "it is in a format from before 2015" if old else "",
            "Open it in JupyterLab, save it, and hand in that file.",
        )
    if not 0 < len(parsed["cells"]) <= MAX_CELLS:
        raise unreadable(
            f"{path.name} has {len(parsed['cells'])} cells",
            "",
            "Start again from the released notebook and copy your answers into it.",
        )
    return parsed


def not_json(content: bytes) -> str:
    """What is wrong with a file that is no JSON."""
    text = content.strip()
    if not text:
        return "is empty"
    if text.startswith(b"{") and not text.endswith(b"}"):
        return "ends in the middle: it was not saved or not uploaded to its end"
    return "is not a notebook: it is not JSON"


def notebook_cells(path: Path, parsed: dict[str, Any]) -> Iterator[Source]:
    """The cells in order. Raises Malformed when a code cell has no text."""
    cells = [cell for cell in parsed["cells"] if isinstance(cell, dict)]
    for number, cell in enumerate(cells, start=1):
        try:
            text = cell_source(path, number, cell)
        except Malformed:
            if cell.get("cell_type") == "code":
                raise
            text = ""
        yield Source.of(number, cell, text, nbgrader_mark(cell))


def nbgrader_mark(cell: dict[str, Any]) -> dict[str, Any] | None:
    """nbgrader's metadata of a cell, if it has any that is well-formed."""
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    if isinstance(mark, dict) and isinstance(mark.get("grade_id"), str):
        return mark
    return None


def cell_source(path: Path, number: int, cell: dict[str, Any]) -> str:
    """A cell's text; notebooks store it as one string or as a list of lines."""
    source = cell.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        raise unreadable(
            f"cell {number} of {path.name} has no text",
            "",
            "Open the notebook in JupyterLab, save it, and hand in that file.",
        )
    return source


def decoded(path: Path, content: bytes) -> str:
    """The file as UTF-8 text, without its byte-order mark. Raises Malformed when it is none."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unreadable(
            f"{path.name} is not UTF-8 text", "", "Save it as UTF-8 and hand in again."
        ) from None


def unreadable(what: str, detail: str, remedy: str) -> Malformed:
    """A FORMAT fault: what is wrong with the file, and what to do."""
    return Malformed(
        "a notebook or .py file", what + (f"; {detail}" if detail else ""), hint=remedy
    )
