"""Writes a page of the site that a program makes, or checks whether it is up to date."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def write(target: Path, text: str) -> int:
    """Write the page; with --check on the command line only check, and return 1 if it is stale."""
    if "--check" not in sys.argv[1:]:
        target.write_text(text, encoding="utf-8")
        print(f"wrote {target.relative_to(ROOT)}")
        return 0
    if target.is_file() and target.read_text(encoding="utf-8") == text:
        print(f"{target.name} is up to date")
        return 0
    print(f"stale: run python tools/{target.stem}.py")
    return 1
