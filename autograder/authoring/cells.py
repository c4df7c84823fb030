"""Reads the files of an authored text: its parts in order, their cells, and the cards in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from course.errors import CourseError

_CELL = re.compile(
    r"# %%(?P<markdown> \[markdown\])?"
    r"(?: (?P<kind>card|given|data|stub|check|question|answer): (?P<name>[\w-]+)"
    r"(?: from (?P<module>[\w.]+))?)?"
)
_PART = re.compile(r"(?P<number>\d+)-[\w-]+\.py")

DIFFICULTIES = ("warm-up", "gentle", "moderate", "demanding", "hard")


@dataclass(frozen=True)
class Cell:
    """One authored cell.

    kind: markdown, code, card, given, data, stub, check, question or answer.
    text: the lines below the title of the cell, text cells without their `# `.
    where: the file and the line of the title, for messages.
    name, module: the words of the title after the kind and after `from`; otherwise empty.
    """

    kind: str
    text: str
    where: str
    name: str = ""
    module: str = ""


@dataclass(frozen=True)
class Card:
    """The facts that a student reads about an exercise before starting it.

    difficulty: 1 to 5, an entry of `DIFFICULTIES`. minutes: the time it takes. needs: the knowledge
    it needs. gets: the student's result.
    """

    difficulty: int
    minutes: int
    needs: str
    gets: str


def authored_texts(authored: Path) -> list[Path]:
    """The texts in `assignments/authored/`, then its extensions: files, and folders of parts.

    Raises:
        CourseError: two texts of one name, or no text.
    """
    texts = []
    for folder in (authored, authored / "extensions"):
        entries = sorted(folder.iterdir()) if folder.is_dir() else []
        texts += [path for path in entries if path.suffix == ".py" or _is_folder_of_parts(path)]
    if not texts:
        raise CourseError(f"no authored assignments in {authored}; run this in a checkout")
    names = [path.stem for path in texts]
    for path in texts:
        if names.count(path.stem) > 1:
            raise CourseError(f"{authored}: there are two texts called {path.stem}; remove one")
    return texts


def _is_folder_of_parts(path: Path) -> bool:
    """Whether a folder holds one text; editors and Python make hidden folders beside the texts."""
    return path.is_dir() and path.name != "extensions" and path.name[0] not in "._"


def parts(text: Path) -> list[Path]:
    """The files of a text in reading order: the text itself, or the numbered parts of its folder.

    Raises:
        CourseError: a folder without parts, or a part whose name does not begin with its number.
    """
    if not text.is_dir():
        return [text]
    numbers = {}
    for path in text.glob("*.py"):
        if not (match := _PART.fullmatch(path.name)):
            raise CourseError(f"{path}: call a part by its number and subject, as 1-the-network.py")
        numbers[path] = int(match["number"])
    if not numbers:
        raise CourseError(f"{text}: this folder holds no part of a text, as 1-the-network.py")
    if len(set(numbers.values())) < len(numbers):
        raise CourseError(f"{text}: two parts have the same number; give each its own")
    return sorted(numbers, key=numbers.__getitem__)


def read_text(text: Path) -> list[Cell]:
    """The cells of all parts of a text, in order.

    Raises:
        CourseError: as `parts` and `read_cells`.
    """
    return [cell for path in parts(text) for cell in read_cells(path)]


def read_cells(path: Path) -> list[Cell]:
    """Split one py:percent file into cells.

    Raises:
        CourseError: text before the first cell, or a cell title of no known kind.
    """
    cells: list[Cell] = []
    match: re.Match[str] | None = None
    start, lines = 0, []
    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), "# %%"], 1):
        if not line.startswith("# %%"):
            if match is None and line.strip():
                raise CourseError(f"{path}:{number}: text before the first cell (`# %%`)")
            lines.append(line)
            continue
        if match is not None:
            cells.append(_cell(match, f"{path}:{start}", lines))
        match, start, lines = _CELL.fullmatch(line.rstrip()), number, []
        if match is None:
            raise CourseError(f"{path}:{number}: cell title not understood: {line!r}")
    return cells


def _cell(match: re.Match[str], where: str, lines: list[str]) -> Cell:
    if match["markdown"]:
        lines = [text.removeprefix("#").removeprefix(" ") for text in lines]
    kind = match["kind"] or ("markdown" if match["markdown"] else "code")
    text = "\n".join(lines).strip("\n")
    return Cell(kind, text, where, match["name"] or "", match["module"] or "")


def read_card(cell: Cell) -> Card:
    """Read the `key: value` lines of a card; an indented line continues the one above.

    Raises:
        CourseError: a line is missing, or one has another key.
    """
    fields = {
        key.strip(): " ".join(value.split())
        for key, _, value in (
            entry.partition(":") for entry in re.split(r"\n(?=\S)", cell.text) if entry.strip()
        )
    }
    if sorted(fields) != ["difficulty", "gets", "minutes", "needs"]:
        raise CourseError(f"{cell.where}: a card has difficulty, minutes, needs and gets")
    return Card(int(fields["difficulty"]), int(fields["minutes"]), fields["needs"], fields["gets"])
