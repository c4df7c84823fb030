"""Gradescope: its results.json, with the score that the judge stands by."""

import json

import pytest
from support.exports import EVIL, check, export, refusal, result, save

TOP = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}


def test_gradescope_keeps_to_the_schema(graded, tmp_path):
    checks = [check(), check("budget", "SKIP", 0, cause="waits for it"), check("x", "CRASH", 0.5)]
    checks[2].got = EVIL
    folder = graded(result("ada", 2.5, checks=checks))
    assert export(folder, "gradescope", "--visibility", "after_published") == 0
    made = json.loads((folder / "gradescope" / "ada" / "results.json").read_text("utf-8"))
    assert set(made) == TOP
    assert (made["score"], made["execution_time"]) == (2.5, 2)
    assert all(set(test) == TEST for test in made["tests"])
    assert [test["status"] for test in made["tests"]] == ["passed", "failed", "failed"]
    assert [test["score"] for test in made["tests"]] == [2, 0, 0.5]
    assert [test["number"] for test in made["tests"]] == ["1", "2", "3"]
    assert all(test["visibility"] == "after_published" for test in made["tests"])
    assert all(isinstance(tag, str) for test in made["tests"] for tag in test["tags"])
    assert "<b>" not in made["tests"][2]["output"]
    assert made["tests"][2]["output_format"] == "html"


@pytest.mark.parametrize("status", ["FORMAT", "REVIEW", "INFRA"])
def test_gradescope_claims_no_score_that_the_judge_does_not_stand_by(graded, capsys, status):
    folder = graded(result("ada", None, status, notes=["<i>see</i>"]))
    assert export(folder, "gradescope") == 0
    made = json.loads((folder / "gradescope" / "ada" / "results.json").read_text("utf-8"))
    assert set(made) == TOP - {"score", "tests"}
    said = "the grader failed" if status == "INFRA" else "&lt;i&gt;see"
    assert said in made["output"]
    assert f"ada ({status})" in capsys.readouterr().err


def test_gradescope_refuses_a_file_and_an_unknown_visibility(graded, tmp_path, capsys):
    folder = graded(result("ada"))
    assert export(folder, "gradescope", "--visibility", "later") == 2
    assert "--visibility is one of" in refusal(capsys)
    out = save(tmp_path / "there", "kept")
    assert export(folder, "gradescope", "--out", out) == 2
    assert "is a file" in refusal(capsys)
    assert out.read_text() == "kept"
