"""Writes the site's page on how the grader is tested, from the committed results.

`make proof` and `make scoreboard` write `tests/results/` and then call this, which writes
`site/proof.md`. Both are committed, so that building the site needs neither.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import proof
import redteam
from mutations import verdicts
from proof import Row
from scoreboard import course, jail
from scoreboard.run import POINTS, SCOREBOARD

from autograder import catalog
from autograder.report.results import number
from autograder.term.leaderboard import escaped

PAGE = proof.ROOT / "site" / "proof.md"
NOT_RUN = "not run"
CODE = re.compile("&#96;(.+?)&#96;|(?:\\w*&#95;)+\\w*")  # backticks and underscores, escaped

PROSE = Path(__file__).with_suffix(".md")  # the page's text, with a place for each table


def main() -> int:
    """Write the page."""
    PAGE.write_text(page(proof.rows_of(proof.PROOF), proof.rows_of(SCOREBOARD)), encoding="utf-8")
    print(f"Written to {PAGE.relative_to(proof.ROOT)}.")
    return 0


def page(ours: Sequence[Row], theirs: Sequence[Row]) -> str:
    """The page from the rows of both results."""
    there = {(row["kind"], row["name"]): row for row in theirs}
    of = {kind: [row for row in ours if row["kind"] == kind] for kind in proof.KINDS}
    listed = {kind: rows + not_graded_here(kind, rows, theirs) for kind, rows in of.items()}
    families = {name: name[:1].upper() + name[1:] for name in redteam.FAMILIES.values()}
    titles = {name: each.title for name, each in catalog.ASSIGNMENTS.items()}
    parts = {
        "counts": counts(of, there),
        "attacks": sections(listed["redteam"], families, attack_line(there), ATTACKS),
        "wrong": sections(listed["mutants"], titles, wrong_line(there), WRONG),
        "right": sections(listed["honest"], titles, right_line(there), RIGHT),
        "blind": blind(titles),
        "memory": str(jail.MEMORY >> 30),
        "processes": str(jail.PROCESSES),
        "timeout": str(course.TIMEOUT),
        "training": str(max(course.TIMEOUTS.values())),
    }
    text = PROSE.read_text(encoding="utf-8")
    for name, part in parts.items():
        text = text.replace(f"<!-- {name} -->", part)
    return text


def blind(titles: dict[str, str]) -> str:
    """The table of the blind mutants, one line for each assignment that was graded whole."""
    tallies, _ = verdicts.read()
    rows = [(titles[each.assignment], each) for each in tallies]
    return "\n".join(verdicts.table(rows, "assignment")) if rows else "None was graded yet."


def not_graded_here(kind: str, rows: Sequence[Row], theirs: Sequence[Row]) -> list[Row]:
    """The rows of items that only plain nbgrader has graded so far."""
    known = {row["name"] for row in rows}
    empty = {"outcome": NOT_RUN, "gained": 0, "harmed": [], "reached": [], "lost": [], "cause": ""}
    new = [row for row in theirs if row["kind"] == kind and row["name"] not in known]
    return [{**row, **empty} for row in new]


# --- the counts ----------------------------------------------------------------------------------


def counts(of: dict[str, list[Row]], there: dict[tuple[str, str], Row]) -> str:
    """The table at the top of the page."""
    theirs = {kind: [row for (of_kind, _), row in there.items() if of_kind == kind] for kind in of}
    lines = ["| | here | plain nbgrader |", "|---|---|---|"]
    sampled = {kind: sample(theirs[kind], len(rows)) for kind, rows in of.items()}
    attacks = f"**{len(of['redteam'])} attacks** | {attack_counts(of['redteam'])}"
    lines.append(f"| {attacks} | {sampled['redteam']}{attack_counts(theirs['redteam'])} |")
    wrong, right = of["mutants"], of["honest"]
    here = f"{sum(bool(row['lost']) for row in wrong)} of {len(wrong)} were found out"
    found = sampled["mutants"] + full_marks(theirs["mutants"])
    lines.append(f"| **{len(wrong)} wrong answers** | {here} | {found} |")
    found = sampled["honest"] + full_marks(theirs["honest"])
    lines.append(f"| **{len(right)} right answers** | {full_marks(right)} | {found} |")
    refused = sum(row["as_expected"] for row in wrong)
    unpunished = sum(row["score"] == row["max_score"] for row in wrong)
    lines += [
        "",
        f"Of the wrong answers here, {refused} lost exactly the checks that they should, for the "
        f"cause that is named below. {unpunished} of them keep all points, because good practice "
        "is told and carries none.",
    ]
    return "\n".join(lines)


def sample(rows: Sequence[Row], total: int) -> str:
    """The words before a count of `rows` if they are only a part of all items."""
    return "so far, " if 0 < len(rows) < total else ""


def attack_counts(rows: Sequence[Row]) -> str:
    """The number of attacks that gained, harmed or reached something."""
    if not rows:
        return NOT_RUN
    found = {
        "gained points": sum(bool(row["gained"]) for row in rows),
        "harmed something": sum(bool(row["harmed"]) for row in rows),
        "reached something secret": sum(bool(row.get("reached")) for row in rows),
    }
    any_of = sum(bool(row["gained"] or row["harmed"] or row.get("reached")) for row in rows)
    if not any_of:
        return f"none of {len(rows)} gained or harmed anything"
    words = ", ".join(f"{count} {what}" for what, count in found.items() if count)
    return f"{any_of} of {len(rows)} did: {words}"


def full_marks(rows: Sequence[Row]) -> str:
    """The number of answers with full marks."""
    if not rows:
        return NOT_RUN
    full = sum(row["score"] == row["max_score"] for row in rows)
    return f"{full} of {len(rows)} got full marks"


# --- the tables ----------------------------------------------------------------------------------

ATTACKS = ("what it tries", "here", "plain nbgrader")
WRONG = (
    "what is wrong",
    "checks that it loses",
    "cause that the student is told",
    "plain nbgrader",
)
RIGHT = ("how it differs from the reference", "here", "plain nbgrader")


def sections(
    rows: Sequence[Row],
    titles: dict[str, str],
    line: Callable[[Row], Sequence[str]],
    heads: Sequence[str],
) -> str:
    """A heading and a folded table for each family, in the order of its titles."""
    lines = []
    for family, title in titles.items():
        if found := [row for row in rows if row["family"] == family]:
            table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
            table += [f"| {' | '.join(line(row))} |" for row in found]
            lines += ["", f"### {title}", "", f'??? note "All {len(found)}, one by one"', ""]
            lines += [f"    {each}" for each in table]
    return "\n".join(lines).strip() or "None was graded yet."


def plain(text: str) -> str:
    """Text for a cell of a table, with names of functions and the like as code."""
    return CODE.sub(lambda found: f"<code>{found[1] or found[0]}</code>", escaped(text))


def attack_line(there: dict[tuple[str, str], Row]) -> Callable[[Row], Sequence[str]]:
    """A line of the attacks' tables."""

    def line(row: Row) -> Sequence[str]:
        here = row["outcome"]
        if what := what_came(row):
            here += f": {what}"
        theirs = there.get(("redteam", row["name"]))
        if theirs is None:
            return plain(row["title"]), plain(here), NOT_RUN
        grade = points(theirs) if theirs["graded"] else "no grade"
        return plain(row["title"]), plain(here), marked(what_came(theirs), grade)

    return line


def what_came(row: Row) -> str:
    """The gains, harms and findings of an attack, in words; empty if none."""
    parts = [f"gained {number(row['gained'])} points"] if row["gained"] else []
    parts += row["harmed"]
    parts += [f"reached {each}" for each in row.get("reached", [])]
    return "; ".join(parts)


def marked(bad: str, otherwise: str) -> str:
    """The outcome of an attack, in bold if it is bad."""
    return f"**{plain(bad)}**" if bad else f"gained nothing ({otherwise})"


def points(row: Row) -> str:
    """A score in words."""
    return f"{number(row['score'])} of {POINTS} points"


def wrong_line(there: dict[tuple[str, str], Row]) -> Callable[[Row], Sequence[str]]:
    """A line of the wrong answers' tables."""

    def line(row: Row) -> Sequence[str]:
        lost = "; ".join(plain(title) for title in row["lost"]) or "none"
        theirs = there.get(("mutants", row["name"]))
        return (
            plain(row["title"]),
            lost,
            plain(row["cause"]) or "–",
            nbgrader(theirs, full_is_bad=True),
        )

    return line


def right_line(there: dict[tuple[str, str], Row]) -> Callable[[Row], Sequence[str]]:
    """A line of the right answers' tables."""

    def line(row: Row) -> Sequence[str]:
        theirs = there.get(("honest", row["name"]))
        return plain(row["title"]), plain(row["outcome"]), nbgrader(theirs, full_is_bad=False)

    return line


def nbgrader(row: Row | None, *, full_is_bad: bool) -> str:
    """A score in plain nbgrader, in bold if it is wrong."""
    if row is None:
        return NOT_RUN
    wrong = (row["score"] == row["max_score"]) == full_is_bad
    return f"**{points(row)}**" if wrong else points(row)


if __name__ == "__main__":
    sys.exit(main())
