"""Whose folder each person of a download gets: with a roster its id, else the system's own name.

Two people never become one, and one person never two: where that is not certain, the instructor is
asked, and the files stay where they are. `Ada` and `ada` are one folder on many disks, so these are
asked about too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from autograder.handin.systems.reading import Who
from autograder.report.roster.people import Roster, comparable, listed


@dataclass
class Owners:
    """By person of the download: the folders that a hand-in goes to, or the question to answer.

    strangers: those whom the roster does not know.
    """

    folders: dict[str, list[str]] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    strangers: list[str] = field(default_factory=list)


def owners_of(everybody: Iterable[Who], roster: Roster) -> Owners:
    """The folders of everybody in a download."""
    owners = Owners()
    people = {who.key: who for who in everybody}
    for key, who in people.items():
        if roster:
            find_in_roster(who, roster, owners)
        else:
            owners.folders[key] = [who.folder]
    holders: dict[str, list[str]] = {}
    for key, folders in owners.folders.items():
        for folder in folders:
            holders.setdefault(comparable(folder), []).append(key)
    for folder, keys in holders.items():
        if len(keys) > 1:
            names = listed([people[key].name or people[key].folder for key in keys], 4)
            for key in keys:
                owners.folders.pop(key, None)
                owners.questions[key] = (
                    f"{names} would all be {listed([folder])}: are they one person? Rename one in "
                    "the download, or leave it out, and collect again"
                )
    return owners


def find_in_roster(who: Who, roster: Roster, owners: Owners) -> None:
    """Note the folders of one person, or of the members of a group."""
    found = roster.find({*who.ids, who.folder}, who.name)
    if not found:
        found = roster.members(who.name or who.folder)
        if found:
            owners.folders[who.key] = [person.id for person in found]
            return
    if len(found) > 1:
        fits = listed([f"{person.id} ({person.full_name})" for person in found], 4)
        owners.questions[who.key] = f"{listed([who.name or who.folder])} may be {fits}: who is it?"
    elif found:
        owners.folders[who.key] = [found[0].id]
    else:
        owners.folders[who.key] = [who.folder]
        owners.strangers.append(who.folder)
