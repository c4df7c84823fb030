"""Writes the site's page for teaching assistants: common mistakes and the grader's messages.

The page, and the table from which the page of a class takes its texts, are made from the wrong
answers in `tests/mutants/`, which the tests grade. So they change with every check and message.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator

import mutants
from mutants import Mutant

from autograder import catalog
from autograder.report.class_page.mistakes import HEAD, TABLE

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
    texts = {PAGE: page(), TABLE: table()}
    if sys.argv[1:] == ["--check"]:
        stale = [
            path.name
            for path, text in texts.items()
            if not path.is_file() or path.read_text(encoding="utf-8") != text
        ]
        print(f"stale: {', '.join(stale)}: python tools/ta_page.py" if stale else "as it should be")
        return 1 if stale else 0
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
        print(f"Written to {path.relative_to(mutants.ROOT)}.")
    return 0


def table() -> str:
    """The table for the page of a class: answers, and words of the likely cause that each gets."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEAD)
    for each in mutants.mutants():
        if each.cause:
            writer.writerow((each.assignment, each.cause, each.title))
    return text.getvalue()


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
