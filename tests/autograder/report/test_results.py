"""Results and the table of grades: written whole, read back, safe in a spreadsheet."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from support.results import CHECK, check, result

from autograder.files import write_atomically
from autograder.report.results import CheckResult, Result, grades_csv, gravest, number, status_of


def rows(results) -> list[list[str]]:
    return list(csv.reader(io.StringIO(grades_csv(results))))


def test_grades_have_a_row_per_student_and_a_column_per_check():
    other = CheckResult("other", "Other", "WRONG", 1 / 3, 3.0)
    table = rows([result("alice"), result("bob", "WRONG", 2 + 1 / 3, checks=[check(), other])])
    assert table == [
        ["student", "assignment", "profile", "status", "score", "max_score", CHECK, "other"],
        ["alice", "a3-fgsm", "digits", "OK", "2", "20", "2", ""],
        ["bob", "a3-fgsm", "digits", "WRONG", "2.33", "20", "2", "0.33"],
    ]


@pytest.mark.parametrize("status", ["INFRA", "FORMAT", "REVIEW"])
def test_what_is_not_scored_has_an_empty_score_not_a_zero(status):
    (_, row) = rows([result("alice", status, None, checks=[])])
    assert row[3:6] == [status, "", "20"]


@pytest.mark.parametrize("name", ['Doe, "Jane"', "two\nlines", "Łukasz Ünal 李", "semi;colon"])
def test_names_come_back_from_the_table_as_they_were(name):
    assert rows([result(name)])[1][0] == name


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_no_name_is_a_formula(name):
    assert rows([result(name)])[1][0] == "'" + name


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (10.0, "10"), (2.5, "2.5"), (1 / 3, "0.33"), (100, "100")]
)
def test_numbers_are_short(value, text):
    assert number(value) == text


def test_a_class_without_results_has_a_head():
    assert rows([]) == [["student", "assignment", "profile", "status", "score", "max_score"]]


def test_a_result_comes_back_from_its_file(tmp_path):
    sent = result("Zoë \udcff", notes=["a\ud800b"], provenance={"versions": {"torch": "2"}})
    sent.checks = [check("WRONG", 0, got="é <b>", cause="“why”")]
    write_atomically(tmp_path / "deep" / "r.json", sent.to_json())
    assert Result.from_json((tmp_path / "deep" / "r.json").read_text(encoding="utf-8")) == sent


def test_a_number_that_is_none_never_reaches_a_file():
    with pytest.raises(ValueError, match="JSON"):
        result(score=float("nan")).to_json()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "grades.csv"
    write_atomically(path, "old")
    write_atomically(path, "new")
    assert path.read_text() == "new"
    assert [item.name for item in tmp_path.iterdir()] == ["grades.csv"]

    def full(self, *args, **options):
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "newer")
    assert path.read_text() == "new"


def test_good_practice_does_not_decide_the_status_where_all_points_are_earned():
    practice = replace(check("CRASH", 0), max_points=0.0)
    assert status_of([check(), practice]) == "OK"
    assert status_of([check("WRONG", 0), practice]) == "CRASH"
    assert status_of([check(), replace(practice, status="INFRA")]) == "INFRA"
    assert status_of([practice]) == "CRASH"


def test_a_result_bears_the_gravest_of_its_checks():
    assert gravest([]) == gravest(["OK", "OK"]) == "OK"
    assert gravest(["OK", "SKIP"]) == "WRONG"
    assert gravest(["OK", "WRONG", "CRASH", "SKIP"]) == "CRASH"
    assert gravest(["TIMEOUT", "INFRA", "FORMAT"]) == "INFRA"
