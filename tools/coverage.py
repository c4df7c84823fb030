"""Write site/coverage.md from tools/coverage.yml: where each topic is taught, practised, graded.

Run it after changing a heading or a check: python tools/coverage.py (--check changes nothing
and says if it is stale). A heading, page or check that does not exist is an error.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import yaml
from markdown.extensions.toc import slugify
from page import write

from autograder import catalog

SITE = Path(__file__).parent.parent / "site"
SOURCE = Path(__file__).with_suffix(".yml")
TARGET = SITE / "coverage.md"
TOP = """---
title: What is covered
description: Every topic of five published reports, and where it is taught, practised and graded.
---

<!-- Written by tools/coverage.py from tools/coverage.yml. -->

# What is covered

The course began with [five published reports](lectures/audit.md) on adversarial images: what they
explain, and what they set their readers as exercises. Here is every topic of theirs, and where the
course teaches it, lets you practise it, and grades it. A dash says that it is not practised or not
graded. Extensions (names that begin with x) carry no points; their checks say whether it works.
"""


class Missing(SystemExit):
    """A page, heading or check that the table names but that does not exist."""


def page(source: Path = SOURCE) -> str:
    """The whole page, in Markdown."""
    parts = [TOP]
    for group in yaml.safe_load(source.read_text(encoding="utf-8")):
        parts.append(f"## {group['group']}\n\n| topic | reports | taught | practised | graded |")
        parts.append("|---|---|---|---|---|")
        parts += [line(row) for row in group["rows"]]
        parts.append("")
    return "\n".join(parts)


def line(row: dict[str, Any]) -> str:
    """One row of a table."""
    cells = [
        row["topic"].replace("|", "&#124;"),
        " ".join(map(report, row["reports"])),
        "<br>".join(map(link, row["taught"])),
        "<br>".join(map(link, row.get("practised", ()))) or "–",
        "<br>".join(graded(*item) for item in row.get("graded", {}).items()) or "–",
    ]
    return f"| {' | '.join(cells)} |"


def report(number: int) -> str:
    """A report's number in the audit, with a link to its findings. Raises Missing."""
    audited = headings((SITE / "lectures" / "audit.md").read_text(encoding="utf-8"))
    for anchor, words in audited.items():
        if words.startswith(f"Report {number:03d}:"):
            return f"[{number:03d}](lectures/audit.md#{anchor})"
    raise Missing(f"{SOURCE.name}: there is no report {number:03d}")


def link(place: str) -> str:
    """A link to page#heading, named by the heading. Raises Missing."""
    name, _, anchor = place.partition("#")
    path = SITE / f"{name}.md"
    if not path.is_file():
        raise Missing(f"{SOURCE.name}: there is no page {name}.md")
    text = path.read_text(encoding="utf-8")
    found = headings(text)
    if not anchor:
        return f"[{next(iter(found.values()))}]({name}.md)"
    if anchor not in found:
        raise Missing(f"{SOURCE.name}: {name}.md has no heading #{anchor}: it has {list(found)}")
    return f"[{found[anchor]}]({name}.md#{anchor})"


def headings(text: str) -> dict[str, str]:
    """A dictionary from anchor to words, for every heading and every name on a reference page."""
    prose = re.sub(r"^( *)```.*?^\1```", "", text, flags=re.MULTILINE | re.DOTALL)
    found = {}
    for words, anchor in re.findall(
        r"^#+ (.*?)(?: \{ ?#([\w-]+) ?\})?$", prose, flags=re.MULTILINE
    ):
        plain = re.sub(r"[*`]", "", words)
        found[anchor or slugify(plain, "-")] = plain
    for module in re.findall(r"^::: ([\w.]+)$", prose, flags=re.MULTILINE):
        found |= {f"{module}.{name}": f"`{module}.{name}`" for name in defined(module)}
    return found


def defined(module: str) -> list[str]:
    """The public functions and classes of a module, read from its source without importing it."""
    path = (SITE.parent / module.replace(".", "/")).with_suffix(".py")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]


def graded(assignment: str, names: list[str] | str) -> str:
    """The checks of one assignment, or all of them, by their names. Raises Missing."""
    known = [check.name for check in catalog.checks(assignment)]
    if names == "all":
        return f"{assignment}: all {len(known)} checks"
    if unknown := set(names) - set(known):
        raise Missing(f"{SOURCE.name}: {assignment} has no check {', '.join(sorted(unknown))}")
    return f"{assignment}:<br>" + "<br>".join(map(code, names))


def code(name: str) -> str:
    """A long name as code, with places where a line may break."""
    return f"<code>{name.replace('_', '_<wbr>')}</code>"


def main() -> int:
    """Write the page, or with --check say whether it is up to date."""
    return write(TARGET, page())


if __name__ == "__main__":
    raise SystemExit(main())
