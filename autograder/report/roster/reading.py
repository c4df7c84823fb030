"""Reading a roster: our own CSV, or what Canvas, Moodle, Blackboard and others export.

The headings say which it is. Nobody is made up and nobody is merged: two lines with one number, or
a file without a column that tells people apart, is refused with one line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.report.roster.people import Person, Roster, comparable, listed
from course.errors import CourseError

# By system, the headings of each field; the first heading that has a text counts. The first field
# tells the systems apart, and a person's id is the name of the folder.
FORMS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "canvas": {
        "needed": ("Student", "ID", "Section"),
        "id": ("ID",),
        "name": ("Student",),
        "others": ("SIS Login ID", "SIS User ID", "Root Account", "Integration ID"),
        "section": ("Section",),
        "group": ("Group Name", "Group"),
    },
    "moodle": {
        "needed": ("Email address",),
        "id": ("Username", "ID number", "Email address", "Identifier"),
        "name": ("Full name",),
        "first_name": ("First name", "Firstname"),
        "last_name": ("Last name", "Surname", "Lastname"),
        "email": ("Email address",),
        "others": ("Username", "ID number", "Identifier"),
        "group": ("Groups", "Group"),
        "section": ("Department", "Section"),
    },
    "brightspace": {
        "needed": ("Username", "End-of-Line Indicator"),
        "id": ("Username", "OrgDefinedId"),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "email": ("Email",),
        "others": ("OrgDefinedId", "Username"),
        "section": ("Sections", "Section"),
        "group": ("Groups", "Group"),
    },
    "blackboard": {
        "needed": ("Username", "Last Name", "First Name"),
        "id": ("Username",),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "email": ("Email",),
        "others": ("Student ID", "OrgDefinedId"),
        "section": ("Child Course ID", "Section"),
        "group": ("Group", "Groups"),
    },
    "gradescope": {
        "needed": ("SID", "Email"),
        "id": ("SID", "Email"),
        "name": ("Name", "Full Name"),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "email": ("Email",),
        "others": ("SID",),
        "section": ("Section", "Sections"),
    },
    "github": {
        "needed": ("identifier", "github_username"),
        "id": ("github_username", "identifier"),
        "name": ("name",),
        "others": ("identifier", "github_id"),
    },
    "own": {
        "needed": ("id",),
        "id": ("id",),
        "name": ("name",),
        "first_name": ("first_name",),
        "last_name": ("last_name",),
        "email": ("email",),
        "lms_user_id": ("lms_user_id",),
        "section": ("section",),
        "group": ("group",),
        "extensions": ("extensions",),
    },
}
WHOLE = re.compile(r"(\d+)[.,]0+")  # a number to which a spreadsheet gave decimals
SHORTENED = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)  # its last digits are gone
NO_PERSON = re.compile(r"\s*(points possible|manual posting)\s*|student, test", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One line of the file, by heading."""

    line: int
    cells: Mapping[str, str]

    def first(self, headings: tuple[str, ...]) -> str:
        """The first text below any of these headings."""
        return next((text for name in headings if (text := self.cells.get(name, "").strip())), "")


def read_roster(path: Path) -> Roster:
    """The people in a CSV file. Raises CourseError: no file, no such column, two lines for one."""
    rows = list(table(path))
    if not rows:
        raise CourseError(f"{path} lists nobody: a roster has a heading and a line for each person")
    headings = list(rows[0].cells)
    form = form_of(rows[0])
    if form is None:
        rows = [in_small_letters(row) for row in rows]
        form = form_of(rows[0])
    if form is None:
        raise CourseError(
            f"{path} has no column 'id'; it has {listed(headings, 8)}: a roster's columns are "
            "id,name,email,section,group,extensions, or those of a gradebook that Canvas, Moodle, "
            "Blackboard, Brightspace, Gradescope or GitHub Classroom exports"
        )
    people = [person for row in rows if (person := person_in(row, form, path)) is not None]
    refuse_doubles(people, path)
    return Roster(tuple(people))


def form_of(row: Row) -> Mapping[str, tuple[str, ...]] | None:
    """The system with these headings, or None."""
    return next((form for form in FORMS.values() if set(form["needed"]) <= set(row.cells)), None)


def in_small_letters(row: Row) -> Row:
    """The line with our own headings as they are known, where it has two of them: `ID;Name`."""
    ours = {name: name.casefold() for name in row.cells if name.casefold() in FORMS["own"]}
    if len(ours) < 2:
        return row
    return Row(row.line, {ours.get(name, name): text for name, text in row.cells.items()})


def person_in(row: Row, form: Mapping[str, tuple[str, ...]], path: Path) -> Person | None:
    """The person of a line; None for a line of a gradebook that is nobody's."""
    texts = {field: row.first(form[field]) for field in form if field != "needed"}
    if NO_PERSON.match(texts.get("name", "")) or not any(texts.values()):
        return None
    name = unspoilt(texts.get("id", ""), f"{path}: line {row.line}")
    if not name:
        if NO_PERSON.match(" ".join(texts.values())):
            return None
        raise CourseError(
            f"{path}: line {row.line} has no {form['id'][0]}: {listed(list(texts.values()), 3)}"
        )
    first, last = names(texts)
    others = [
        unspoilt(row.cells.get(heading, "").strip(), f"{path}: line {row.line}")
        for heading in form.get("others", ())
    ]
    return Person(
        id=name,
        first_name=first,
        last_name=last,
        email=texts.get("email", ""),
        lms_user_id=texts.get("lms_user_id", ""),
        section=texts.get("section", ""),
        group=texts.get("group", ""),
        extensions=extensions(texts.get("extensions", ""), f"{path}: line {row.line}"),
        others=frozenset(number_of(each) for each in others if each),
    )


def unspoilt(identifier: str, where: str) -> str:
    """A number or user name without what guards it, or what a spreadsheet made of it: `101,0`.

    Raises CourseError where a spreadsheet took its last digits: several people may have had it.
    """
    if SHORTENED.fullmatch(identifier):
        raise CourseError(
            f"{where}: {identifier} was shortened by a spreadsheet: export the list again, and "
            "make that column text before you save it"
        )
    bare = identifier.lstrip("#")  # Brightspace guards a user name against spreadsheets
    return WHOLE.sub(r"\1", bare) if WHOLE.fullmatch(bare) else bare


def names(texts: Mapping[str, str]) -> tuple[str, str]:
    """First and last name, from two columns or from `Lovelace, Ada` or `Ada Lovelace` in one."""
    first, last = texts.get("first_name", ""), texts.get("last_name", "")
    if first or last or not (whole := texts.get("name", "")):
        return first, last
    last, comma, first = whole.partition(",")
    if comma:
        return first.strip(), last.strip()
    first, _, last = whole.rpartition(" ")
    return first.strip(), last.strip()


def number_of(identifier: str) -> str:
    """`101` for Moodle's `Participant 101`, in any language; anything else as it is."""
    match = re.fullmatch(r"[^\W\d][^\d@]*?(\d+)", identifier) if " " in identifier else None
    return match[1] if match else identifier


def extensions(text: str, where: str) -> dict[str, str]:
    """`a3-fgsm=2026-11-25T23:59+01:00; a4-pgd=+2d` by assignment. Raises CourseError."""
    found = {}
    for each in filter(None, (part.strip() for part in text.split(";"))):
        assignment, equals, until = each.partition("=")
        if not equals or not until.strip():
            raise CourseError(
                f"{where}: extension {each!r} is not like a3-fgsm=+2d "
                "or a3-fgsm=2026-11-25T23:59+01:00"
            )
        found[assignment.strip()] = until.strip()
    return found


def refuse_doubles(people: list[Person], path: Path) -> None:
    """Raise CourseError where a number or an address is that of two lines."""
    seen: dict[str, Person] = {}
    for person in people:
        for name in sorted(person.identifiers):
            if name in seen:
                if comparable(person.id) == comparable(seen[name].id) or name in (
                    comparable(person.id),
                    comparable(person.email),
                ):
                    raise CourseError(f"{path} has two lines for {listed([name])}")
                continue
            seen[name] = person


def table(path: Path) -> Iterator[Row]:
    """The lines of a CSV file by heading; comma, semicolon or tab. Raises CourseError."""
    text = decoded(path, utf_16=True)
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))
    start, text = leading_lines(text)
    first = re.sub(r'"[^"]*"', "", text.splitlines()[0] if text else "")
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CourseError(f"{path} cannot be read as CSV: {error}") from None
    header = [cell.strip() for cell in rows[0]] if rows else []
    for line, cells in enumerate(rows[1:], 2 + start):
        if len(cells) > len(header):
            raise CourseError(
                f"{path}: row {line} has {len(cells)} cells under {len(header)} headings: "
                "put a text with a comma in quotes"
            )
        if any(cell.strip() for cell in cells):
            yield Row(line, dict(zip(header, cells, strict=False)))


def leading_lines(text: str) -> tuple[int, str]:
    """How many lines stand before the heading (empty ones, or Excel's `sep=;`), and the rest."""
    lines = text.splitlines(keepends=True)
    found = [line.strip().strip('"').casefold() for line in lines]
    skipped = next(
        (n for n, line in enumerate(found) if line and not re.fullmatch(r"sep=.?", line)),
        len(lines),
    )
    return skipped, "".join(lines[skipped:])


def decoded(path: Path, *, utf_16: bool) -> str:
    """A text file in UTF-8 or, where that may be, in Blackboard's UTF-16. Raises CourseError."""
    if not path.is_file():
        raise CourseError(f"{path} is no file")
    content = path.read_bytes()
    try:
        if utf_16 and content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from None
