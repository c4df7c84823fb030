"""Links, pipes and folders in the place of a file, and files that lie beside it."""

from __future__ import annotations

import os
from pathlib import Path

import redteam
from redteam.odd_files.odd_file import ASSIGNMENT, NOTEBOOK, answers, found, save, script


@found("FORMAT")
def link_to_a_secret(folder: Path) -> None:
    """A link to a file of the host"""
    (folder / NOTEBOOK).symlink_to("/etc/passwd")


@found("FORMAT")
def link_to_another_student(folder: Path) -> None:
    """A link to what another student handed in"""
    other = folder.parent.parent / "other" / ASSIGNMENT
    other.mkdir(parents=True)
    script(other, redteam.base_source(ASSIGNMENT, "right"))
    (folder / f"{ASSIGNMENT}.py").symlink_to(other / f"{ASSIGNMENT}.py")


@found("FORMAT")
def folder_that_is_a_link(folder: Path) -> None:
    """A folder that is a link to another student's"""
    other = folder.parent.parent / "another" / ASSIGNMENT
    other.mkdir(parents=True)
    script(other, redteam.base_source(ASSIGNMENT, "right"))
    folder.rmdir()
    folder.symlink_to(other)


@found("FORMAT")
def link_to_itself(folder: Path) -> None:
    """A link that leads to itself"""
    (folder / NOTEBOOK).symlink_to(NOTEBOOK)


@found("FORMAT")
def link_to_a_device(folder: Path) -> None:
    """A link to a device that never ends"""
    (folder / NOTEBOOK).symlink_to("/dev/zero")


@found("FORMAT")
def pipe(folder: Path) -> None:
    """A named pipe, at which a reader waits for ever"""
    os.mkfifo(folder / NOTEBOOK)


@found("FORMAT")
def folder_instead_of_a_file(folder: Path) -> None:
    """A folder with the name of the notebook"""
    (folder / NOTEBOOK).mkdir()


@found("WRONG")
def modules_beside_it(folder: Path) -> None:
    """A conftest.py, a torch.py, a pytest.ini and an autograder of its own beside the notebook"""
    save(folder, answers())
    for name in ("conftest.py", "torch.py", "sitecustomize.py", "a3_fgsm.py", "json.py"):
        (folder / name).write_text("import os\nos._exit(0)\n")
        (folder.parent / name).write_text("import os\nos._exit(0)\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "autograder").mkdir()
    (folder / "autograder" / "__init__.py").write_text("raise SystemExit(0)\n")
