"""People of a class, and finding the one that another system means.

Numbers and addresses come first; a name counts where nothing else is known and one person has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


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

    def is_called(self, name: str) -> bool:
        """Whether `name` is this person's, in either order, or squashed."""
        ours = {self.full_name, f"{self.last_name}, {self.first_name}", self.id}
        pressed = {squashed(self.last_name + self.first_name), squashed(self.full_name)} - {""}
        return comparable(name) in map(comparable, ours) or squashed(name) in pressed


@dataclass(frozen=True)
class Roster:
    """The people of a class, in the order of the file."""

    people: tuple[Person, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.people)

    def get(self, student: str) -> Person | None:
        """The person whose folder is called `student`, or whom only this name fits."""
        wanted = comparable(student)
        exact = [person for person in self.people if comparable(person.id) == wanted]
        found = exact or [person for person in self.people if wanted in person.identifiers]
        return found[0] if len(found) == 1 else None

    def find(self, ids: Iterable[str], name: str) -> list[Person]:
        """Those whom another system may mean by these numbers and this name: one where it is clear.

        A number alone is not believed against the name: systems number people anew in each course,
        Moodle even in each assignment.
        """
        wanted = {comparable(each) for each in ids} - {""}
        texts = {each for each in wanted if not re.fullmatch(r"\d+", each)}
        for identifiers, any_name in ((texts, True), (wanted, False)):
            found = [
                person
                for person in self.people
                if person.identifiers & identifiers
                and (any_name or not name or not person.full_name or person.is_called(name))
            ]
            if found:
                return found
        return [person for person in self.people if name and person.is_called(name)]

    def members(self, group: str) -> list[Person]:
        """The people of a group."""
        wanted = squashed(group)
        return [person for person in self.people if wanted and squashed(person.group) == wanted]
