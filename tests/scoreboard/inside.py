"""Runs inside the jail: grades one hand-in with nbgrader, and looks for its traces.

It reads nothing of this project, so that the jail has to show only nbgrader. The report goes to
standard output, which nbgrader's processes do not inherit.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COURSE, HOME = Path("/course/plain"), Path("/home/instructor")
GRADES = """
SELECT submitted_assignment.student_id, base_cell.name,
       coalesce(grade.manual_score, grade.auto_score)
FROM grade
JOIN submitted_notebook ON grade.notebook_id = submitted_notebook.id
JOIN submitted_assignment ON submitted_notebook.assignment_id = submitted_assignment.id
JOIN base_cell ON grade.cell_id = base_cell.id
"""


def main(assignment: str, attacker: str, seconds: float) -> dict[str, Any]:
    """Grade the hand-in as nbgrader does, and report the outcome."""
    subprocess.run(["cp", "-a", "/template", str(COURSE)], check=True)
    subprocess.run(["cp", "-a", "/handed/.", str(COURSE / "submitted")], check=False)
    (HOME / ".bashrc").write_text("# the instructor's own\n")
    before, others = files(attacker), {s: g for s, g in grades().items() if s != attacker}
    code = autograde(assignment, attacker, seconds)
    time.sleep(0.5)  # a kernel may take a moment to end
    left = processes()
    for process in left:
        os.kill(process, signal.SIGKILL)
    after, found = files(attacker), grades()
    return {
        "exit": code,
        "score": sum(found.pop(attacker, {}).values()),
        "others_changed": found != others,
        "changed": sorted(
            path for path in before.keys() | after if before.get(path) != after.get(path)
        ),
        "left": len(left),
        "log": "" if code == 0 else Path("/tmp/nbgrader.log").read_text(errors="replace")[-600:],
        **shown(assignment, attacker),
    }


def autograde(assignment: str, attacker: str, seconds: float) -> int | None:
    """nbgrader's exit status, or None when it had to be ended."""
    command = [sys.executable, "-m", "nbgrader", "autograde", assignment, "--student", attacker]
    with open("/tmp/nbgrader.log", "wb") as log:
        running = subprocess.Popen(
            command, cwd=COURSE, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            return running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            return None


def files(attacker: str) -> dict[str, str]:
    """A digest of every file that grading this student must not change."""
    own = [COURSE / part / attacker for part in ("submitted", "autograded")]
    found = {}
    for root in (COURSE, HOME):
        for path in below(root):
            if any(path.is_relative_to(folder) for folder in own) or path.name in IGNORED:
                continue
            if not IGNORED_FOLDERS.isdisjoint(path.relative_to(root).parts):
                continue
            try:
                link = os.readlink(path) if path.is_symlink() else ""
                content = b"" if link or not path.is_file() else path.read_bytes()
            except OSError as error:
                link, content = str(error.errno), b""
            found[str(path)] = link or hashlib.sha256(content).hexdigest()
    return found


def below(root: Path) -> Iterator[Path]:
    """Everything below a folder that can be listed, at any depth."""
    waiting = [str(root)]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # closed to this process, or its path is too long: then it is an attacker's
            continue
        yield from (Path(entry.path) for entry in entries)
        waiting += [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]


IGNORED = {"gradebook.db", "gradebook.db-journal", ".nbgrader.log", "submitted", "autograded"}
IGNORED_FOLDERS = {".local", ".ipython", ".cache", ".jupyter", "__pycache__"}


def grades() -> dict[str, dict[str, float]]:
    """Points by student and cell, as the gradebook has them."""
    found: dict[str, dict[str, float]] = {}
    try:
        with sqlite3.connect(COURSE / "gradebook.db") as book:
            for student, cell, points in book.execute(GRADES):
                found.setdefault(student, {})[cell] = points or 0.0
    except sqlite3.Error as error:
        found["the gradebook"] = {str(error): 0.0}
    return found


def processes() -> list[int]:
    """Processes that belong neither to the jail nor to this program."""
    known = {1, os.getpid(), os.getppid()}
    running = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if int(entry.name) not in known and state not in "ZX":
            running.append(int(entry.name))
    return running


def shown(assignment: str, attacker: str) -> dict[str, Any]:
    """The content of the graded notebook: errors by their last line, and leaked canaries."""
    path = COURSE / "autograded" / attacker / assignment / f"{assignment}.ipynb"
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        cells = json.loads(text)["cells"]
    except (OSError, ValueError, KeyError):
        return {"graded": False, "errors": [], "canary": False}
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    errors = [f"{o['ename']}: {o['evalue']}"[:200] for o in outputs if "ename" in o]
    return {"graded": True, "errors": errors, "canary": "CANARY" in json.dumps(outputs)}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], float(sys.argv[3]))))
