"""Answer cells that were lost, split, doubled or turned into text, and where check cells stand."""

import json
from pathlib import Path

import pytest

from autograder.errors import Malformed
from autograder.handin import submission

ASSIGNMENT = "a3-fgsm"
REQUIRED = ["fgsm", "attack_success_rate"]
FGSM = "def fgsm(model, images, labels, epsilon):\n    return images"
RATE = "def attack_success_rate(*a):\n    return 0.0"


def cell(source: str, grade_id: str = "", kind: str = "code", **mark) -> dict:
    metadata = {"nbgrader": {"grade_id": grade_id, **mark}} if grade_id else {}
    return {"cell_type": kind, "metadata": metadata, "source": source}


def check(exercise: str) -> dict:
    source = f'check("{ASSIGNMENT}", "{exercise}")'
    return cell(source, f"check-{exercise}", grade=True, locked=True)


@pytest.fixture
def read(tmp_path):
    """Read a notebook of these cells as grading does."""

    def reading(*cells: dict, **metadata) -> submission.Submission:
        path = tmp_path / f"{ASSIGNMENT}.ipynb"
        path.write_text(json.dumps({"nbformat": 4, "metadata": metadata, "cells": cells}))
        return submission.read(path, REQUIRED, ASSIGNMENT)

    return reading


# --- answers in the wrong place ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "word"), [("markdown", "Markdown"), ("raw", "raw")])
@pytest.mark.parametrize("mark", ["fgsm", ""], ids=["marked", "mark lost"])
def test_an_answer_in_a_text_cell_is_named(read, kind, word, mark):
    with pytest.raises(Malformed, match=f"cell 2 .`fgsm`. of a3-fgsm.ipynb is a {word}") as caught:
        read(cell("import torch"), cell(FGSM, mark, kind), cell(RATE, "attack_success_rate"))
    assert "Esc and then Y" in caught.value.hint


def test_a_text_cell_beside_a_cell_with_the_answer_does_no_harm(read):
    found = read(cell("old text", "fgsm", "markdown"), cell(FGSM), cell(RATE, REQUIRED[1]))
    assert [cell.source for cell in found.cells] == [FGSM, RATE]


STUB = 'def fgsm(model, images, labels, epsilon):\n    """Attack."""\n    raise NotImplementedError'


def test_a_stub_above_a_copy_with_the_answer_is_not_judged(read):
    found = read(cell(STUB, "fgsm"), cell(FGSM, "fgsm"), cell(RATE, REQUIRED[1]))
    (note,) = found.notes
    assert "what cell 2 says was judged" in note


@pytest.mark.parametrize("texts", [(FGSM, STUB), (FGSM, f"{FGSM} + 0"), (STUB, STUB)])
def test_other_copies_must_be_deleted(read, texts):
    with pytest.raises(Malformed, match="has the cell `fgsm` 2 times"):
        read(*(cell(text, "fgsm") for text in texts), cell(RATE, REQUIRED[1]))


def test_a_script_beside_a_notebook_is_named(read, tmp_path):
    (tmp_path / f"{ASSIGNMENT}.py").write_text(FGSM)
    (note,) = read(cell(FGSM, "fgsm"), cell(RATE, REQUIRED[1])).notes
    assert note == "a3-fgsm.py lies beside a3-fgsm.ipynb and was not judged."


def test_a_lost_mark_is_noted_and_the_answer_judged(read):
    found = read(cell(FGSM), cell(RATE, "attack_success_rate"))
    (note,) = found.notes
    assert "`fgsm`" in note
    assert "cell 1" in note


def test_an_answer_that_is_nowhere_is_asked_for(read):
    with pytest.raises(Malformed, match="no cell `fgsm`"):
        read(cell("x = 1"), cell(RATE, "attack_success_rate"))


def test_a_cell_split_between_functions_is_run_in_both_parts(read):
    found = read(
        cell("def gradient(): return 1", "fgsm"), cell(FGSM, "fgsm"), cell(RATE, REQUIRED[1])
    )
    assert len(found.cells) == 3
    assert "split into cells 1 and 2" in found.notes[0]


@pytest.mark.parametrize("mark", ["fgsm", ""])
def test_a_cell_split_within_a_function_is_to_be_joined(read, mark):
    head, tail = FGSM.split("\n")
    with pytest.raises(Malformed, match="split in the middle of a function: cell 2") as caught:
        read(cell(head, "fgsm"), cell(tail, mark), cell(RATE, "attack_success_rate"))
    assert "Shift+M" in caught.value.hint


def test_a_doubled_answer_is_named_with_its_places(read):
    with pytest.raises(Malformed, match=r"2 times \(cells 1 and 2\)"):
        read(cell(FGSM, "fgsm"), cell(FGSM + "  ", "fgsm"), cell(RATE, "attack_success_rate"))


def test_an_unfinished_merge_is_named(read, tmp_path):
    merge = f"<<<<<<< HEAD\n{FGSM}\n=======\n{FGSM}\n>>>>>>> theirs"
    with pytest.raises(Malformed, match=r"cell 1.*git merge conflict"):
        read(cell(merge, "fgsm"), cell(RATE, "attack_success_rate"))
    path = tmp_path / f"{ASSIGNMENT}.py"
    path.write_text(merge)
    with pytest.raises(Malformed, match="git merge conflict"):
        submission.read(path, REQUIRED, ASSIGNMENT)
    path = tmp_path / f"{ASSIGNMENT}.ipynb"
    path.write_text('{"cells": [\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> theirs\n]}')
    with pytest.raises(Malformed, match="git merge conflict"):
        submission.read(path, REQUIRED, ASSIGNMENT)


# --- check cells ---------------------------------------------------------------------------------


def test_the_cells_above_each_check_are_counted(read):
    found = read(
        cell("import torch"),
        cell("# text", kind="markdown"),
        cell(FGSM, "fgsm"),
        check("fgsm"),
        cell("F = 0"),
        cell(RATE, "attack_success_rate"),
        check("attack_success_rate"),
        cell("nn = 0"),
    )
    assert found.above == {"fgsm": 2, "attack_success_rate": 4}
    assert len(found.cells) == 5


def test_a_check_cell_without_its_mark_is_known_by_its_call(read):
    call = f"check('{ASSIGNMENT}', 'fgsm')"
    found = read(cell(FGSM), cell(call), cell("F = 0"), cell(RATE))
    assert found.above == {"fgsm": 2}


def test_a_script_is_read_up_to_the_check_too(tmp_path):
    path = tmp_path / f"{ASSIGNMENT}.py"
    path.write_text(f'# %%\n{FGSM}\n# %%\ncheck("{ASSIGNMENT}", "fgsm")\n# %%\nF = 0\n')
    assert submission.read(path, REQUIRED, ASSIGNMENT).above == {"fgsm": 2}


@pytest.mark.parametrize(
    ("version", "expected"), [("3.12.1", "3.12.1"), ("3.9", "3.9"), ("x" * 99, ""), (3, "")]
)
def test_the_notebooks_python_is_read(read, version, expected):
    found = read(cell(FGSM), cell(RATE), language_info={"name": "python", "version": version})
    assert found.python == expected


# --- scripts -------------------------------------------------------------------------------------

SCRIPTS = {
    "percent": ("# %%\na = 1\n# %% two\nb = 2\n", [1, 3]),
    "percent without a blank": ("#%%\na = 1\n#%%\nb = 2\n", [1, 3]),
    "nbconvert": ("#!/usr/bin/env python\n# In[1]:\na = 1\n# In[ ]:\nb = 2\n", [1, 2, 4]),
    "databricks": ("a = 1\n# COMMAND ----------\nb = 2\n", [1, 2]),
    "no marks": ("a = 1\n\nb = 2\n", [1]),
    "a mark in a string": ('a = """\n# %%\n"""\nb = 2\n', [1]),
    "colab": (
        '# -*- coding: utf-8 -*-\n"""a3\n\nAutomatically generated by Colab.\n"""\n\na = 1\n\n'
        '"""## Title"""\n\nb = """\ntext\n"""\nc = 3\n',
        [1, 2, 6, 9, 10],
    ),
    "strings that are no text of Colab's": ('a = 1\n"""text"""\nb = 2\n', [1]),
}


@pytest.mark.parametrize(("text", "starts"), SCRIPTS.values(), ids=list(SCRIPTS))
def test_the_cells_of_a_script_are_found(tmp_path, text, starts):
    path = tmp_path / f"{ASSIGNMENT}.py"
    path.write_text(text)
    cells = submission.read(path, (), ASSIGNMENT).cells
    assert [cell.first_line for cell in cells] == starts
    assert "".join(cell.source for cell in cells).replace("\n", "") == text.replace("\n", "")
    assert {cell.title for cell in cells} == {Path(path).name}
