"""Builds the notebooks in `assignments/source/` and the pages in `site/assignments/`.

Each comes from one text in `assignments/authored/` and from the reference code in `solutions/`. A
text is one file `<id>.py`, or a folder `<id>/` of numbered parts that are read one after the other.

The format is py:percent (it opens in JupyterLab with jupytext, VS Code and Spyder). The title of a
cell says what the cell is; `assignments/README.md` describes this for authors:

    # %%                                   code, as it stands
    # %% [markdown]                        text; a line `>> Title` folds what follows
    # %% [markdown] card: fgsm             difficulty, minutes, needs, gets of an exercise
    # %% given: name from solutions.fgsm   a function of the reference, shown to the student
    # %% data: NAME from solutions.x       a dictionary, written out
    # %% stub: fgsm from solutions.fgsm    signature, docstring, steps; the body is filled in
    # %% check: fgsm                       the graded cell
    # %% [markdown] question: report       answered in words; begins with `minutes: 15`
    # %% [markdown] answer: report         notes for graders; students write their answer here
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from autograder import catalog, installed
from autograder.authoring.cells import authored_texts
from autograder.authoring.document import Document, build_document
from autograder.authoring.outputs import fingerprint, stored_outputs
from course.errors import CourseError

# Where to get the notebook; course/pages/links.py fills in the addresses.
GET = (
    "[Open this notebook in Colab](colab:{name}) · "
    "[Download the course](zip:../../get/adversarial-images.zip)\n{{ .get }}"
)
RUN = (
    "Outputs below code were printed by a run with the reference answers on `digits`: "
    "`python tools/outputs.py {name}`. A figure stands there in its words. Yours differ a little."
)
_EDIT_ELSEWHERE = "<!-- Built by `autograder build` from {path}: edit {what}. -->"


def notebook_text(document: Document) -> str:
    """The source notebook as JSON (nbformat 4.5); a document always gives the same bytes.

    Raises:
        CourseError: two cells have the same id.
    """
    cells: list[dict[str, object]] = []
    for cell in document.cells:
        metadata = {"nbgrader": cell.grading} if cell.grading else {}
        content: dict[str, object] = {
            "cell_type": "code" if cell.is_code else "markdown",
            "id": cell.cell_id,
            "metadata": metadata,
            "source": cell.text.splitlines(keepends=True),
        }
        cells.append(content | ({"execution_count": None, "outputs": []} if cell.is_code else {}))
    ids = [cell.cell_id for cell in document.cells]
    if twice := sorted({cell_id for cell_id in ids if ids.count(cell_id) > 1}):
        raise CourseError(f"{document.name}: two cells have the id {twice[0]}; rename a heading")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def edit_elsewhere(path: Path, root: Path) -> str:
    """The comment on top of a built page that says which file or folder to edit."""
    name = path.relative_to(root).as_posix()
    if path.is_dir():
        return _EDIT_ELSEWHERE.format(path=f"{name}/", what="its parts")
    return _EDIT_ELSEWHERE.format(path=name, what="that file")


def page_text(document: Document, comment: str, printed: Mapping[tuple[str, str], str]) -> str:
    """The page of an assignment: the cells of its notebook, with stubs in place of solutions.

    Below its title stands where to get the notebook, below its code what that prints. printed: by
    the id of a cell and the fingerprint of its code (autograder/authoring/outputs.py).
    """
    title, _, rest = document.cells[0].stub.partition("\n")
    parts = [comment, title, GET.format(name=document.name)]
    parts += [RUN.format(name=document.name)] * bool(printed)
    parts.append(rest.strip())
    for cell in document.cells[1:]:
        parts.append(f"```python\n{cell.stub}\n```" if cell.is_code else cell.stub)
        if text := printed.get((cell.cell_id, fingerprint(cell.text))):
            parts.append(f'``` {{ .text .output title="Output" }}\n{text}\n```')
    return "\n\n".join(parts) + "\n"


def index_text(documents: list[Document], introduction: str, comment: str) -> str:
    """The page of all assignments: the introduction, and a table for each name in braces.

    The names are `{assignments}` and `{extensions}`.
    """
    rows = ["| Assignment | What you do | Exercises | Time | Points |", "|---|---|---|---|---|"]
    others = ["| Extension | What you do | Exercises | Time |", "|---|---|---|---|"]
    for document in documents:
        points = catalog.points(document.name)
        row = (
            f"| [{document.title}]({document.name}.md) | {' '.join(document.summary.split())} "
            f"| {len(points)} | about {document.minutes} minutes |"
        )
        if document.name in catalog.EXTENSIONS:
            others.append(row)
        else:
            by_hand = catalog.assignment(document.name).by_hand
            more = f" + {by_hand} by hand" if by_hand else ""
            rows.append(f"{row} {sum(points.values()):g}{more} |")
    text = introduction.replace("{assignments}", "\n".join(rows))
    text = text.replace("{extensions}", "\n".join(others))
    return f"{comment}\n\n{text.strip()}\n"


def built_files(root: Path) -> dict[Path, str]:
    """Every built file and the text it must have; writes nothing.

    Raises:
        CourseError: a text is missing, or contradicts the catalog or the reference.
    """
    authored = root / "assignments" / "authored"
    source, pages = root / "assignments" / "source", root / "site" / "assignments"
    files: dict[Path, str] = {}
    documents = []
    for path in authored_texts(authored):
        document = build_document(path, root)
        if path.stem not in catalog.KNOWN:  # header.py: nbgrader puts it above every release
            files[source / f"{path.stem}.ipynb"] = notebook_text(document)
            continue
        documents.append(document)
        files[source / path.stem / f"{path.stem}.ipynb"] = notebook_text(document)
        comment, printed = edit_elsewhere(path, root), stored_outputs(root, path.stem)
        files[pages / f"{path.stem}.md"] = page_text(document, comment, printed)
    index = authored / "index.md"
    files[pages / "index.md"] = index_text(
        documents, index.read_text(encoding="utf-8"), edit_elsewhere(index, root)
    )
    return files


def stale_files(root: Path) -> list[Path]:
    """The files that `autograder build` would change, and those it no longer builds."""
    files = built_files(root)
    stale = [p for p, text in files.items() if not p.is_file() or p.read_bytes() != text.encode()]
    found = [*root.glob("assignments/source/**/*.ipynb"), *root.glob("site/assignments/*.md")]
    return sorted([*stale, *(path for path in found if path not in files)])


def copy_texts(root: Path) -> None:
    """Copy the course's texts below `root`, outside a checkout, as the start of a new course."""
    if not installed.holds_texts(installed.SHIPPED):
        raise CourseError(f"{root} holds no assignments/authored: name a checkout with --root")
    shutil.copytree(installed.SHIPPED / "assignments", root / "assignments", dirs_exist_ok=True)
    print(f"copied the course's texts to {root / 'assignments'}: change them there")


def build_command(args: argparse.Namespace) -> int:
    """Write every built file, or with `--check` print the names of stale files."""
    root: Path = args.root.resolve()
    if not args.check and not installed.holds_texts(root):
        copy_texts(root)
    if args.check:
        stale = stale_files(root)
        for path in stale:
            print(f"stale: {path.relative_to(root)}")
        print("run: autograder build" if stale else "notebooks and pages are up to date")
        return 1 if stale else 0
    files = built_files(root)
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    print(f"built {len(files)} files in assignments/source and site/assignments")
    return 0
