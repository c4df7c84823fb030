"""The reference's generated and listed parts are up to date: commands, and the result file.

That every public name is on a reference page is tested where the site is built.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from autograder.provenance import provenance
from autograder.results import CheckResult, Pictures, Result
from autograder.setting import Setting

ROOT = Path(__file__).parent.parent
RESULT_PAGE = ROOT / "site" / "reference" / "result.md"


def test_commands_are_those_of_the_programs() -> None:
    command = [sys.executable, str(ROOT / "tools" / "commands.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def listed(heading: str) -> list[str]:
    """The fields that the page's table below a heading names."""
    text = RESULT_PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1]
    return re.findall(r"^\| `(\w+)` \|", text.split("\n## ")[0], flags=re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "kind"), [("The submission", Result), ("A check", CheckResult)]
)
def test_result_page_lists_the_fields_of_the_file(heading: str, kind: type) -> None:
    assert sorted(listed(heading)) == sorted(field.name for field in fields(kind))


def test_result_page_lists_what_provenance_holds() -> None:
    made = provenance(Setting("a1-cnn", "digits"), "0" * 64, "none")
    assert sorted(listed("Provenance")) == sorted(made)


def test_result_page_names_the_parts_of_pictures() -> None:
    told = RESULT_PAGE.read_text(encoding="utf-8").split("\n## Pictures\n", 1)[1]
    assert all(f"`{field.name}`" in told for field in fields(Pictures))
