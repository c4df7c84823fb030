"""Written and listed pages are up to date: commands, the coverage table, the result file.

That every public name is on a reference page is tested where the site is built.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from autograder import catalog
from autograder.judge.provenance import provenance
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult, Pictures, Result

ROOT = Path(__file__).parents[2]
RESULT_PAGE = ROOT / "site" / "reference" / "result.md"


@pytest.fixture(scope="module")
def coverage() -> Any:
    """The tool that writes the coverage table, which is in no package."""
    spec = spec_from_file_location("coverage_table", ROOT / "tools" / "coverage.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "tools")
        spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("tool", ["commands", "coverage"])
def test_written_pages_are_up_to_date(tool: str) -> None:
    command = [sys.executable, str(ROOT / "tools" / f"{tool}.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("lectures/cnn#one-patch", "lectures/cnn#no-such-heading", "no heading"),
        ("lectures/cnn#one-patch", "lectures/nowhere#one-patch", "no page"),
        ("[train_learns]", "[train_flies]", "no check train_flies"),
        ("reports: [0, 3]", "reports: [0, 7]", "no report 007"),
    ],
)
def test_coverage_refuses_what_does_not_exist(
    coverage: Any, tmp_path: Path, good: str, bad: str, told: str
) -> None:
    row = """
- group: Networks
  rows:
    - topic: Learning rates
      reports: [0, 3]
      taught: [lectures/cnn#one-patch]
      graded: {a1-cnn: [train_learns]}
"""
    source = tmp_path / "coverage.yml"
    source.write_text(row)
    assert "[One patch](lectures/cnn.md#one-patch)" in coverage.page(source)
    source.write_text(row.replace(good, bad))
    with pytest.raises(coverage.Missing, match=told):
        coverage.page(source)


def test_coverage_speaks_of_every_assignment() -> None:
    text = (ROOT / "site" / "coverage.md").read_text(encoding="utf-8")
    assert [name for name in catalog.ASSIGNMENTS if f"{name}:<br>" not in text] == []


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
