"""Writes the site's page for teaching assistants: common mistakes and the grader's messages.

The page is made from the wrong answers in `tests/mutants/`, which the tests grade. So it changes
with every check and message.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import mutants
from mutants import Mutant

from autograder import catalog

PAGE = mutants.ROOT / "site" / "ta.md"

TOP = """---
title: Common mistakes
description: Mistakes that students make, the check that finds each, and what its message says.
---

<!-- Written by tools/ta_page.py from tests/mutants/. -->

# Common mistakes

For teaching assistants: a student comes with the words of a message, and you look for what was
done. Each line is a wrong answer that this project's tests grade; *says* is part of the likely
cause that the student reads. A line without it is told by what was expected and what came.

Before you look here, three questions settle most cases:

1. *Which check failed first?* What was skipped below it waits for it, and vanishes with it.
2. *Does `autograder check` in a terminal say the same as the cell in the notebook?* If not, the
   notebook was not run from top to bottom: restart the kernel and run all cells.
3. *Is it an error in the student's own code?* Its line is in the message. `autograder check` shows
   the whole text; after grading it is kept back, since it could carry hidden inputs.
"""


def main() -> int:
    """Write the page, or with --check say whether it is up to date."""
    if sys.argv[1:] == ["--check"]:
        same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page()
        print(f"{PAGE.name} is {'as it should be' if same else 'stale: python tools/ta_page.py'}")
        return 0 if same else 1
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Written to {PAGE.relative_to(mutants.ROOT)}.")
    return 0


def page() -> str:
    """The page: a section for each assignment, a table for each check that an answer fails."""
    return "\n".join([TOP.rstrip(), "", *sections(mutants.mutants())])


def sections(wrong: list[Mutant]) -> Iterator[str]:
    """The tables, in the order of assignments and checks."""
    for name in dict.fromkeys(mutant.assignment for mutant in wrong):
        yield from (f"## {name}: {catalog.assignment(name).title}", "")
        for check in catalog.checks(name):
            met = [m for m in wrong if m.assignment == name and m.loses[0] == check.name]
            if met:
                yield from (f"### {cell(check.title)}", "")
                yield from ("| the answer | says |", "|---|---|")
                yield from (f"| {cell(m.title)} | {cell(m.cause)} |" for m in met)
                yield ""


def cell(text: str) -> str:
    """Text for a cell of a table, with the signs of Markdown escaped."""
    plain = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "|*_<>[]" else sign for sign in plain)


if __name__ == "__main__":
    sys.exit(main())
