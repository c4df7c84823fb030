"""Makes a submitted notebook readable for nbgrader: its text, with the metadata of the release.

nbgrader stops a student, and sometimes the whole class, at a notebook that is no JSON, holds a cell
twice, or had its metadata edited. So only the cells' text and pasted images are taken from a
submission, and nbgrader's own marks come from the gradebook. The judge reads the file as it was
handed in, and reports its faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook, Notebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.errors import Malformed
from autograder.handin import submission

NEW_CELL = {
    "code": nbformat.v4.new_code_cell,
    "markdown": nbformat.v4.new_markdown_cell,
    "raw": nbformat.v4.new_raw_cell,
}
CHECK = "check-"  # the check cell of exercise `fgsm` is `check-fgsm`


# --- reading -------------------------------------------------------------------------------------


def load(path: Path) -> NotebookNode:
    """The notebook at `path`, of nbgrader's `<student>/<assignment>/<notebook>.ipynb`.

    One that cannot be read, or is a link out of the student's folder, gets no cells.
    """
    try:
        submission.find(path.parent.parent, path.parent.name)
        submission.read(path)
        parsed = submission.notebook(path, path.read_bytes())
    except Malformed:
        return nbformat.v4.new_notebook()
    return nbformat.v4.new_notebook(cells=list(plain_cells(path, parsed["cells"])))


def plain_cells(path: Path, cells: list[Any]) -> Iterator[NotebookNode]:
    """The cells with their text, nbgrader's mark and pasted images, and nothing else."""
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict) or cell.get("cell_type") not in [*NEW_CELL]:
            continue  # a list, since the type may be anything and a dictionary would hash it
        try:
            source = submission.cell_source(path, number, cell)
        except Malformed:  # only of a text cell: `read` refuses code without text
            source = ""
        plain = NEW_CELL[cell["cell_type"]](writable(source))
        if mark := submission.nbgrader_mark(cell):
            plain.metadata["nbgrader"] = NotebookNode(mark)
        if plain.cell_type == "markdown" and (images := pasted_images(cell)):
            plain["attachments"] = images
        yield plain


def writable(text: str) -> str:
    """The text with characters that UTF-8 cannot encode written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def pasted_images(cell: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The images that were pasted into a text cell, those that are well-formed."""
    attached = cell.get("attachments")
    images = {}
    for name, bundle in attached.items() if isinstance(attached, dict) else ():
        if isinstance(bundle, dict):
            kept = {k: v for k, v in bundle.items() if k[:6] == "image/" and isinstance(v, str)}
            images[writable(name)] = {writable(k): writable(v) for k, v in kept.items()}
    return images


# --- restoring -----------------------------------------------------------------------------------


class RestoreCells(NbGraderPreprocessor):
    """Give every cell the mark it was released with; put back check cells that are gone."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Called by nbgrader, before its own preprocessors read the notebook."""
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            released = released_cells(
                gradebook.find_notebook(about["notebook"], about["assignment"])
            )
        if nb.cells:  # the judge reports a notebook that cannot be read
            for name in altered(nb.cells, released):
                self.log.warning(
                    "%s: cell %s was changed, doubled or deleted", about["student"], name
                )
        nb.cells = restored(nb.cells, released)
        return nb, resources


def mark(cell: NotebookNode) -> dict[str, Any]:
    """nbgrader's metadata of a cell; empty when it has none."""
    found: dict[str, Any] = cell.metadata.get("nbgrader", {})
    return found


def released_cells(notebook: Notebook) -> dict[str, NotebookNode]:
    """The marked cells of the release by grade_id, as the gradebook keeps them."""
    graded = {cell.name: cell.max_score for cell in notebook.grade_cells}
    tasks = {cell.name: cell.max_score for cell in notebook.task_cells}
    answers = {cell.name for cell in notebook.solution_cells}
    cells = {}
    for source in notebook.source_cells:
        cell = NEW_CELL[source.cell_type](source.source)
        cell.metadata["nbgrader"] = NotebookNode(
            schema_version=3,
            grade_id=source.name,
            grade=source.name in graded,
            solution=source.name in answers,
            task=source.name in tasks,
            locked=source.locked,
            cell_type=source.cell_type,
            checksum=source.checksum,
        )
        if (points := (graded | tasks).get(source.name)) is not None:
            mark(cell)["points"] = points
        cells[source.name] = cell
    return cells


def altered(cells: list[NotebookNode], released: dict[str, NotebookNode]) -> list[str]:
    """The marked cells of the release that are not once among `cells` with the same mark."""
    found = [mark(cell) for cell in cells]
    settled = ("grade", "solution", "locked", "points")
    return [
        name
        for name, source in released.items()
        if [[m.get(key) for key in settled] for m in found if m.get("grade_id") == name]
        != [[mark(source).get(key) for key in settled]]
    ]


def restored(cells: list[NotebookNode], released: dict[str, NotebookNode]) -> list[NotebookNode]:
    """The cells with the marks of the release.

    The first cell of a name counts; another one stays as a plain cell. Missing cells with points
    are put back behind the answer they check, or at the end.
    """
    missing = dict(released)
    kept = []
    for cell in cells:
        name = mark(cell).get("grade_id", "")
        cell.metadata.pop("nbgrader", None)
        source = missing.pop(name, None)
        kept.append(cell if source is None else as_released(cell, source))
    for name, source in missing.items():
        if "points" in mark(source):
            kept.insert(place_of(name.removeprefix(CHECK), kept), deepcopy(source))
    return kept


def as_released(cell: NotebookNode, source: NotebookNode) -> NotebookNode:
    """A locked cell is the one of the release; an answer keeps the student's text."""
    if mark(source)["locked"]:
        return deepcopy(source)
    if cell.cell_type != source.cell_type:
        cell = NEW_CELL[source.cell_type](cell.source)
    cell.metadata["nbgrader"] = deepcopy(mark(source))
    return cell


def place_of(answer: str, cells: list[NotebookNode]) -> int:
    """The place of the cell that checks `answer`."""
    names = [mark(cell).get("grade_id") for cell in cells]
    return names.index(answer) + 1 if answer in names else len(cells)
