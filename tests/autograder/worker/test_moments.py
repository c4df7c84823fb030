"""A name counts as it was bound when the check cell of its exercise ran."""

import pytest
from support.loaded_notebook import Notebook

ABOVE = {"answer": 1}  # the check of `answer` stands below the first cell


@pytest.mark.parametrize(
    "below",
    ["N = 0", "answer = None", "def answer(): return 0", "sum = 0", "del N", "answer = answer()"],
)
def test_a_cell_below_the_check_takes_nothing_away(below):
    notebook = Notebook("N = 3\ndef answer(): return sum([N])", below, above=ABOVE)
    assert notebook.call("answer") == 3


def test_each_exercise_finds_its_own_moment():
    notebook = Notebook(
        "N = 1\ndef first(): return N",
        "N = 2\ndef second(): return N",
        "N = 9",
        names=("first", "second"),
        above={"first": 1, "second": 2},
    )
    assert [notebook.call(name) for name in ("first", "second", "first")] == [1, 2, 1]


def test_what_calls_change_stays_changed():
    notebook = Notebook(
        "n = 0\ndef first():\n    global n\n    n += 1\n    return n",
        "def second(): return n",
        names=("first", "second"),
        above={"first": 1, "second": 2},
    )
    answers = [notebook.call(name) for name in ("first", "first", "second", "first")]
    assert answers == [1, 2, 0, 3]


def test_an_instance_of_one_exercise_is_of_the_same_class_in_another():
    notebook = Notebook(
        "class Net: pass",
        "def same(): return int(isinstance(Net(), Net) and type(Net()) is Net)",
        names=("Net", "same"),
        above={"Net": 1, "same": 2},
    )
    notebook.call("Net")
    assert notebook.call("same") == 1


def test_a_helper_below_the_check_serves_and_is_named():
    notebook = Notebook("def answer(): return helper()", "def helper(): return 3", above=ABOVE)
    assert notebook.call("answer") == 3
    (remark,) = notebook.remarks
    assert (remark["kind"], remark["name"], remark["cell"]) == ("late", "helper", "cell 2")


def test_a_helper_below_does_not_replace_one_above():
    cells = ("def helper(): return 3\ndef answer(): return helper()", "def helper(): return 0")
    assert Notebook(*cells, above=ABOVE).call("answer") == 3


def test_a_star_import_above_is_not_replaced():
    cells = ("from math import *\ndef answer(): return int(pi)", "pi = 0")
    assert Notebook(*cells, above=ABOVE).call("answer") == 3


STUB = 'def answer():\n    """Say three."""\n    # 1. Say it.\n    raise NotImplementedError'


@pytest.mark.parametrize("above", [{"answer": 1}, {"answer": 2}, {}], ids=["below", "above", "no"])
def test_an_answer_in_a_cell_of_its_own_counts_before_the_stub(above):
    for cells in ((STUB, "def answer(): return 3"), ("def answer(): return 3", STUB)):
        notebook = Notebook(*cells, above=above)
        assert notebook.call("answer") == 3
        kinds = [remark["kind"] for remark in notebook.remarks]
        assert "stub" in kinds


def test_a_stub_alone_is_not_written_yet():
    error = Notebook(STUB, above=ABOVE).call("answer")
    assert error["unwritten"] is True
    assert (error["stub"], error["step"]) == ("answer", "1. Say it.") or error["step"]


def test_a_name_defined_twice_is_named_with_the_cell_that_counted():
    notebook = Notebook("def answer(): return 1", "def answer(): return 3")
    assert notebook.call("answer") == 3
    (remark,) = notebook.remarks
    assert (remark["kind"], remark["cell"]) == ("twice", "cell 2")


def test_a_near_miss_is_named():
    notebook = Notebook("def answers(): return 3")
    (remark,) = notebook.remarks
    assert (remark["kind"], remark["name"], remark["near"]) == ("near", "answer", "answers")


@pytest.mark.parametrize("broken", ["def f(: pass", "x = 1 / 0"])
def test_a_cell_that_ends_early_is_named_where_its_names_are_missed(broken):
    remarks = Notebook(f"{broken}\ny = x\ndef answer(): return y").remarks
    if "1 / 0" not in broken:
        assert [(remark["kind"], remark["cell"]) for remark in remarks] == [("ended", "cell 1")]
    remarks = Notebook(f"x = 0\n{broken}\ndef answer(): return x").remarks
    assert [(remark["kind"], remark["cell"]) for remark in remarks] == [("ended", "cell 1")]


def test_a_cell_that_only_writes_the_answer_to_a_file_is_judged(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = Notebook("%%writefile mine.py\n\ndef answer():\n    return 3")
    assert notebook.call("answer") == 3
    (remark,) = notebook.remarks
    assert (remark["kind"], remark["cell"]) == ("written", "cell 1")
    assert (tmp_path / "mine.py").read_text().strip().startswith("def answer")


def test_a_file_that_a_cell_writes_can_be_imported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    notebook = Notebook(
        "%%writefile written_by_a_test.py\nthree = 3",
        "from written_by_a_test import three\ndef answer(): return three",
    )
    assert notebook.errors == []
    assert notebook.answer == 3


def test_no_file_is_written_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Notebook("%%writefile ../away.py\nx = 1", "def answer(): return 3")
    assert not (tmp_path / "away.py").exists()
