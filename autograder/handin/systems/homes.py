"""Which folders of a download without a system's names are the students'.

Some students put their files into folders of their own, some are sorted into sections, and some
hand in twice. All students' folders lie at one level, as far as there are any: the highest one
where most folders that hold an answer hold a single one. So a folder of two attempts stays one
student's, and a section does not become a student.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from autograder.catalog import KNOWN
from autograder.handin.choosing import named_alike
from autograder.handin.download import Arrived

HANDED_IN = re.compile(r"(?P<student>.+)\.(?:ipynb|py|zip)(?:\.(?:txt|json))?", re.IGNORECASE)
BESIDE = re.compile(
    r"readme.*|.*\.(csv|tsv|xlsx?|ods|md|log)|index\.html?|timestamp\.txt", re.IGNORECASE
)
Folders = tuple[str, ...]


def student_folders(
    files: Sequence[Arrived], assignment: str, answers_it: Callable[[Arrived], bool]
) -> set[Folders]:
    """The folder of each student; none where every file is a student's, called like its owner.

    answers_it: whether a file's content answers the assignment, whatever the file is called.
    """
    alike = re.compile(named_alike(assignment), re.IGNORECASE)
    hand_ins = [file for file in files if not BESIDE.fullmatch(file.base)]
    answers = [file for file in files if alike.fullmatch(file.base)]
    if not answers:
        answers = [file for file in files if HANDED_IN.fullmatch(file.base)] or hand_ins
        if are_students(answers, assignment, answers_it):
            return set()
    places = [file.parts[:-1] for file in answers if len(file.parts) > 1]
    below = Counter(each[:end] for each in set(places) for end in range(2, len(each)))
    homes = [without_assignment_folder(each, assignment, below) for each in places]
    others = [without_assignment_folder(each.parts[:-1], assignment, below) for each in hand_ins]
    level = level_of_students(homes, others)
    if level is None:
        return set(sorted(homes, key=len)[:1])
    found = {each[:level] for each in homes if len(each) >= level}
    shallow = {each for each in homes if len(each) < level}
    return found | {each for each in shallow if all(home[: len(each)] != each for home in found)}


def are_students(
    handed_in: Sequence[Arrived], assignment: str, answers_it: Callable[[Arrived], bool]
) -> bool:
    """Whether most files lie beside another answer, as in the folder of a class or of a section."""
    handed_in = [file for file in handed_in if len(file.parts) > 1]
    folders = Counter(file.parts[:-1] for file in handed_in)
    if len(handed_in) > 1 and len(folders) == 1:
        return next(iter(folders))[-1:] != (assignment,)
    if len({file.base for file in handed_in}) < len(handed_in):  # as hw.py in every folder
        return False
    several = [file for file in handed_in if folders[file.parts[:-1]] > 1]
    found = Counter(file.parts[:-1] for file in several if answers_it(file))
    return 2 * sum(count for count in found.values() if count > 1) > len(handed_in)


def without_assignment_folder(
    folders: Folders, assignment: str, below: Counter[Folders]
) -> Folders:
    """The folders above the one that is called like an assignment, if that is a single student's.

    below: how many places with answers lie in folders below each folder.
    """
    for at, name in enumerate(folders[1:], 1):
        if name.casefold() in (assignment, *KNOWN) and below[folders[: at + 1]] < 2:
            return folders[:at]
    return folders


def level_of_students(answers: Sequence[Folders], others: Sequence[Folders]) -> int | None:
    """How many folders deep the students' lie; None where all folders lie in each other."""
    found = None
    for level in range(1, max(map(len, answers), default=0) + 1):
        holders = Counter(each[:level] for each in answers if len(each) >= level)
        if len({each[:level] for each in (*answers, *others) if len(each) >= level}) > 1:
            found = level
            if 2 * sum(count == 1 for count in holders.values()) > len(holders):
                break
        if 2 * sum(len(each) <= level for each in answers) >= len(answers):
            break  # most students' files lie here: what is deeper is theirs
    return found


def folder_of_another(folders: Folders, assignment: str, places: set[int]) -> str:
    """The other assignment in whose folder a file lies, or "".

    places: how deep the folders of this one lie.
    """
    named = (folders[at] for at in places if at < len(folders))
    return next((name for name in named if name in KNOWN and name != assignment), "")


def places_of(files: Sequence[Arrived], assignment: str) -> set[int]:
    """How deep the folders lie that are called like the assignment."""
    found = (enumerate(file.parts[:-1]) for file in files)
    return {at for folders in found for at, name in folders if name == assignment}
