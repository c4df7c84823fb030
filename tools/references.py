"""Writes site/references.md from site/references.bib, where every citation is stored.

Run it after adding an entry: python tools/references.py (--check changes nothing and says if it is
stale). A page quotes an entry as [Madry et al., 2018](../references.md#madry2018).
"""

from __future__ import annotations

import textwrap
from pathlib import Path

from page import write
from pybtex.database import Entry, Person, parse_file

SITE = Path(__file__).parent.parent / "site"
SOURCE = SITE / "references.bib"
TARGET = SITE / "references.md"
HEADINGS = {
    "papers": "## Papers\n",
    "books": "## Books\n",
    "standards": "## Standards and law\n",
    "data": "## Data\n",
    "reports": "## Published reports that the course examines\n\n"
    "They were chosen because they print enough to be checked, which is more than most do. The\n"
    "course calls them by the numbers 000 to 004.\n",
}
TOP = """---
title: References
description: Full citations of every paper, book, data set and published report quoted here.
---

<!-- Written by tools/references.py from references.bib. -->

# References
"""


def page(source: Path = SOURCE) -> str:
    """The whole page, in Markdown."""
    entries = parse_file(str(source), bib_format="bibtex").entries
    unknown = {key for key, entry in entries.items() if entry.fields["keywords"] not in HEADINGS}
    if unknown:
        raise SystemExit(f"{source}: no such heading for {', '.join(sorted(unknown))}")
    parts = [TOP]
    for keyword, heading in HEADINGS.items():
        parts.append(heading)
        group = [item for item in entries.items() if item[1].fields["keywords"] == keyword]
        parts += [citation(key, entry) for key, entry in sorted(group)]
    return "\n".join(parts)


def citation(key: str, entry: Entry) -> str:
    """One paragraph with its anchor."""
    fields = entry.fields
    people = [name(person) for person in entry.persons["author"]]
    last = "et al." if people[-1] == "others" else f"& {people[-1]}"
    authors = ", ".join([*people[:-1], last]) if len(people) > 1 else people[0]
    title = fields["title"]
    stop = "" if title.endswith(("?", "!")) else "."
    whole = entry.type in ("book", "misc", "techreport") and "booktitle" not in fields
    parts = [f"{authors} ({fields['year']}).", f"*{title}*{stop}" if whole else f"{title}{stop}"]
    parts += [place(entry), fields.get("note", ""), link(fields)]
    text = " ".join(part for part in parts if part)
    wrapped = textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False)
    return f"{wrapped}\n{{ #{key} }}\n"


def name(person: Person) -> str:
    """Surname and initials."""
    last = " ".join([*person.prelast_names, *person.last_names]).strip("{}")
    first = " ".join([*person.first_names, *person.middle_names])
    return f"{last}, {first}" if first else last


def place(entry: Entry) -> str:
    """The place of publication."""
    fields = entry.fields
    if "journal" in fields:
        volume = f", {fields['volume']}" if "volume" in fields else ""
        number = f"({fields['number']})" if "number" in fields else ""
        return f"*{fields['journal']}*{volume}{number}{pages(fields.get('pages'))}."
    if "booktitle" in fields:
        return f"*{fields['booktitle']}*{pages(fields.get('pages'))}."
    return f"{fields['publisher']}." if "publisher" in fields else ""


def pages(text: str | None) -> str:
    """The pages with an en dash, after a comma."""
    return f", {text.replace('--', '–')}" if text else ""


def link(fields: dict[str, str]) -> str:
    """The most permanent known address."""
    if "doi" in fields:
        return f"[doi:{fields['doi']}](https://doi.org/{fields['doi']})"
    if "eprint" in fields:
        return f"[arXiv:{fields['eprint']}](https://arxiv.org/abs/{fields['eprint']})"
    if "url" in fields:
        shown = fields["url"].removeprefix("https://").rstrip("/")
        return f"[{shown}]({fields['url']})"
    return ""


def main() -> int:
    """Write the page, or with --check say whether it is up to date."""
    return write(TARGET, page())


if __name__ == "__main__":
    raise SystemExit(main())
