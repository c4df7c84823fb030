"""What the cells of a notebook print, as tools/outputs.py has stored it from a real run."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def fingerprint(code: str) -> str:
    """A short hash of a cell's code, by which a stored output finds out that it is outdated."""
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def stored_outputs(root: Path, name: str) -> dict[tuple[str, str], str]:
    """What the cells of an assignment print, by their ids and fingerprints; empty without a run."""
    path = root / "assignments" / "outputs" / f"{name}.json"
    if not path.is_file():
        return {}
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return {(cell, entry["code"]): entry["text"] for cell, entry in cells.items()}
