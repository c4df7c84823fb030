"""A long text in parts: read in the order of their numbers, and built as if it were one file."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring.build import built_files
from autograder.authoring.cells import authored_texts, parts, read_cells, read_text
from course.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]
TEXT = ROOT / "assignments" / "authored" / "extensions" / "x-l2.py"


@pytest.fixture
def authored(tmp_path: Path) -> Path:
    """The authored texts of a checkout that has the reference code beside them."""
    for folder in ("assignments/authored", "solutions"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path / "assignments" / "authored"


def cut(text: Path) -> Path:
    """Put a text of one file into a folder, with a part for each cell; return the folder."""
    folder = text.with_suffix("")
    folder.mkdir()
    for number, cell in enumerate(text.read_text(encoding="utf-8").split("# %%")[1:], 1):
        (folder / f"{number}-cell.py").write_text(f"# %%{cell}", encoding="utf-8")
    text.unlink()
    return folder


def test_a_text_in_parts_has_the_cells_of_one_file(authored: Path) -> None:
    folder = cut(authored / "extensions" / TEXT.name)
    assert len(parts(folder)) > 10  # so that 10 comes after 9, and not after 1
    expected = [replace(cell, where="") for cell in read_cells(TEXT)]
    assert [replace(cell, where="") for cell in read_text(folder)] == expected


def test_a_text_in_parts_builds_the_same_notebook_and_page(authored: Path) -> None:
    folder = cut(authored / "extensions" / TEXT.name)
    files = built_files(authored.parents[1])
    for name in ("assignments/source/x-l2/x-l2.ipynb", "site/assignments/x-l2.md"):
        committed = (ROOT / name).read_text(encoding="utf-8")
        comment, _, text = files[authored.parents[1] / name].partition("\n")
        assert text == committed.partition("\n")[2]
    assert comment.endswith("from assignments/authored/extensions/x-l2/: edit its parts. -->")
    assert folder in authored_texts(authored)


def test_a_mistake_is_named_with_the_part_it_is_in(authored: Path) -> None:
    part = authored / "a1-cnn" / "3-the-training-loop.py"
    part.write_text(part.read_text(encoding="utf-8").replace("# minutes:", "# minuets:"))
    with pytest.raises(CourseError, match=r"3-the-training-loop\.py:\d+: a card has"):
        built_files(authored.parents[1])


def test_what_an_editor_leaves_behind_is_no_text(authored: Path) -> None:
    before = authored_texts(authored)
    for folder in (authored, authored / "a1-cnn"):
        checkpoints = folder / ".ipynb_checkpoints"
        checkpoints.mkdir()
        (checkpoints / "1-a-convolution-by-hand-checkpoint.py").write_text("# %%\n")
    assert authored_texts(authored) == before
    assert len(read_text(authored / "a1-cnn")) == len(
        read_text(ROOT / "assignments" / "authored" / "a1-cnn")
    )


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "no authored assignments"),
        (["x1-a.py", "x1-a/1-one.py"], "two texts called x1-a"),
        (["x1-a.py", "extensions/x1-a.py"], "two texts called x1-a"),
        (["x1-a/one.py"], r"one\.py: call a part by its number and subject"),
        (["x1-a/1-one.py", "x1-a/01-two.py"], "two parts have the same number"),
        (["x1-a/notes.md"], "holds no part"),
    ],
)
def test_folders_that_are_no_text_are_refused(
    files: list[str], message: str, tmp_path: Path
) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# %%\n")
    with pytest.raises(CourseError, match=message):
        [read_text(text) for text in authored_texts(tmp_path)]
