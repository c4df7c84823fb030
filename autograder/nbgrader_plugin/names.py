"""Lets nbgrader find a notebook that a download, a browser or Jupyter has given another name.

nbgrader looks for the released file name alone, and a student with `a3-fgsm-Copy1.ipynb` has 0.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from nbgrader.converters.base import NbGraderException

from autograder.errors import Malformed
from autograder.handin import submission


def take_renamed(*, assignment: str, student: str, notebooks: list[str]) -> None:
    """nbgrader's `pre_convert_hook`: put a copy of the notebook beside it, under the right name.

    The notebook is the one that `autograder grade` takes: the only file with the assignment's
    cells. assignment, student: as nbgrader was called, which may be for all of them. notebooks:
    what it found for one student, changed in place. Raises NbGraderException, which nbgrader logs,
    where several files have the cells.
    """
    folder = Path(notebooks[0]).parent
    wanted = folder / f"{folder.name}.ipynb"
    if wanted.exists():
        return
    try:
        other = submission.renamed(folder, folder.name, folder.parent)
    except Malformed as fault:
        raise NbGraderException(f"{fault.got}. {fault.hint}") from None
    if other is not None and other.suffix == ".ipynb":
        shutil.copyfile(other, wanted)
        notebooks[:] = [str(wanted)]
