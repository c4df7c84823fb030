"""People of a class, and finding the one that another system means.

Numbers and addresses come first; a name counts where nothing else is known and one person has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property


def comparable(name: str) -> str:
    """A name for comparison: case, spacing and Unicode composition do not matter."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def squashed(name: str) -> str:
    """A name in letters and digits alone, as Canvas writes it in the names of files."""
    return "".join(c for c in comparable(name) if c.isalnum() or unicodedata.combining(c))


def listed(names: Sequence[str], most: int | None = None) -> str:
    """Names for the terminal, without control characters."""
    shown = ["".join(c if c.isprintable() else "?" for c in name) for name in names[:most]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


@dataclass(frozen=True)
class Person:
    """A line of the roster; missing fields are empty.

    id: the name of the student's folder. extensions: by assignment, as they are written. others:
    further numbers and user names, by which other systems know this person.
    """

    id: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    section: str = ""
    group: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def identifiers(self) -> set[str]:
        """Everything but names that this person is known by, `comparable`."""
        every = (self.id, self.email, self.lms_user_id, *self.others)
        return {comparable(each) for each in every} - {""}

    @property
    def names(self) -> set[str]:
        """What this person may be called, in either order, `comparable` or squashed."""
        ours = {self.full_name, f"{self.last_name}, {self.first_name}", self.id}
        pressed = {squashed(self.last_name + self.first_name), squashed(self.full_name)}
        return ({comparable(each) for each in ours} | pressed) - {"", ","}

    def is_called(self, name: str) -> bool:
        """Whether `name` is this person's."""
        return bool({comparable(name), squashed(name)} & self.names)


@dataclass(frozen=True)
class Roster:
    """The people of a class, in the order of the file."""

    people: tuple[Person, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people)

    @cached_property
    def by_identifier(self) -> Mapping[str, list[Person]]:
        """The people by each of their identifiers."""
        found: dict[str, list[Person]] = {}
        for person in self.people:
            for each in person.identifiers:
                found.setdefault(each, []).append(person)
        return found

    @cached_property
    def by_name(self) -> Mapping[str, list[Person]]:
        """The people by each of their names."""
        found: dict[str, list[Person]] = {}
        for person in self.people:
            for each in person.names:
                found.setdefault(each, []).append(person)
        return found

    def get(self, student: str) -> Person | None:
        """The person whose folder is called `student`, or whom only this name fits."""
        wanted = comparable(student)
        found = self.by_identifier.get(wanted, [])
        exact = [person for person in found if comparable(person.id) == wanted]
        found = exact or found
        return found[0] if len(found) == 1 else None

    def find(self, ids: Iterable[str], name: str) -> list[Person]:
        """Those whom another system may mean by these numbers and this name: one where it is clear.

        A number alone is not believed against the name: systems number people anew in each course,
        Moodle even in each assignment.
        """
        wanted = {comparable(each) for each in ids} - {""}
        numbers = {each for each in wanted if re.fullmatch(r"\d+", each)}
        found = self.known_as(wanted - numbers)
        if not found:
            found = [
                person
                for person in self.known_as(wanted)
                if not name or not person.full_name or person.is_called(name)
            ]
        return found or self.called(name)

    def known_as(self, identifiers: Iterable[str]) -> list[Person]:
        """The people with any of these identifiers, each once."""
        found = (person for each in identifiers for person in self.by_identifier.get(each, ()))
        return list({person.id: person for person in found}.values())

    def called(self, name: str) -> list[Person]:
        """The people with this name, each once."""
        ways = {comparable(name), squashed(name)} - {""}
        found = (person for way in ways for person in self.by_name.get(way, ()))
        return list({person.id: person for person in found}.values())

    def members(self, group: str) -> list[Person]:
        """The people of a group."""
        wanted = squashed(group)
        return [person for person in self.people if wanted and squashed(person.group) == wanted]
