"""Grades and pages to Canvas by its API, on a server that answers as its documentation says."""

import sys
from pathlib import Path

import pytest
from support.exports import export, refusal, result
from support.fake_canvas import TOKEN, Canvas, serving

pytest.importorskip("canvasapi")
pytestmark = pytest.mark.filterwarnings("ignore:Canvas may respond unexpectedly")

NAMES = {1: ("amara", "Amara Okafor"), 2: ("emre", "Emre Demir"), 3: ("giulia", "Giulia Rossi")}


@pytest.fixture
def canvas(monkeypatch):
    """A class of three: nothing graded, excused, and graded otherwise."""
    monkeypatch.setenv("CANVAS_TOKEN", f"{TOKEN}\n")
    users = [{"id": n, "name": name, "login_id": login} for n, (login, name) in NAMES.items()]
    submissions = {
        n: {"id": 70 + n, "user_id": n, "course_id": 255, "assignment_id": 543, "score": None}
        for n in NAMES
    }
    submissions[2]["excused"] = True
    submissions[3]["score"] = 2.0
    with serving(Canvas(users, submissions)) as site:
        yield site


def send(folder, site: Canvas, *options: object) -> int:
    place = ("--url", site.url, "--course", "255", "--assignment", "543")
    return export(folder, "canvas-api", *place, *options)


@pytest.fixture
def folder(graded):
    return graded(
        *map(result, ("amara", "emre")),
        result("giulia", 14.5),
        result("zoe"),
        result("x", None, "INFRA"),
    )


def test_nothing_is_changed_until_it_is_asked_for(canvas, folder, capsys):
    assert send(folder, canvas) == 1
    said = capsys.readouterr()
    assert "2 of 5 grades and pages would be sent (--send does it)" in said.out
    for line in (
        "replaced another grade (1): Giulia Rossi (2 -> 14.5)",
        "kept as it was (1): Emre Demir (excused)",
        "graded, but not in the sheet (2): x, zoe",
    ):
        assert line in said.err
    assert canvas.calls == []


def test_each_gets_points_and_page_once(canvas, folder, capsys):
    send(folder, canvas, "--send")
    assert [(kind, user) for kind, user, _ in canvas.calls] == [
        ("file", 1), ("grade", 1), ("file", 3), ("grade", 3)
    ]  # fmt: skip
    pages = [content for kind, _, content in canvas.calls if kind == "file"]
    assert all("18.5 <small>of 20" in page or "14.5 <small>" in page for page in pages)
    assert [call[2] for call in canvas.calls if call[0] == "grade"] == ["18.5", "14.5"]
    attached = canvas.submissions[1]["submission_comments"][0]["attachments"]
    assert attached[0]["display_name"] == "a3-fgsm-feedback.html"
    send(folder, canvas, "--send")
    assert len(canvas.calls) == 4
    assert "0 of 5 grades and pages were sent" in capsys.readouterr().out


def test_what_broke_off_is_sent_by_a_second_run(canvas, folder, capsys):
    canvas.fails_after = 2
    assert send(folder, canvas, "--send") == 2
    assert "refused (Forbidden" in refusal(capsys)
    canvas.fails_after = None
    send(folder, canvas, "--send")
    assert sorted(user for kind, user, _ in canvas.calls if kind == "grade") == [1, 3]
    assert sorted(user for kind, user, _ in canvas.calls if kind == "file") == [1, 3]


def test_points_that_do_not_agree_are_a_choice(canvas, folder, capsys):
    canvas.points_possible = 100.0
    assert send(folder, canvas, "--send") == 2
    assert "FGSM gives 100 points, a3-fgsm 20: --points scale" in refusal(capsys)
    assert canvas.calls == []
    send(folder, canvas, "--send", "--points", "scale")
    assert ("grade", 1, "92.5") in canvas.calls


MISTAKES = {
    "token": (["--token", "wrong.txt"], "refused (InvalidAccessToken"),
    "no such file": (["--token", "gone.txt"], "gone.txt cannot be read"),
    "course": (["--course", "7"], "refused (ResourceDoesNotExist"),
    "not secret": (["--url", "http://canvas.uni.org"], "no address like https://"),
    "no address": (["--url", "canvas"], "no address like https://"),
    "nobody there": (["--url", "http://127.0.0.1:9"], "cannot be reached (ConnectionError)"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_one_line(canvas, folder, monkeypatch, capsys, case):
    monkeypatch.chdir(folder)
    Path("wrong.txt").write_text("another-token")
    options, words = MISTAKES[case]
    assert send(folder, canvas, *options) == 2
    assert words in (error := refusal(capsys))
    assert TOKEN not in error


def test_no_token_and_no_package_are_one_line(canvas, folder, monkeypatch, capsys):
    monkeypatch.delenv("CANVAS_TOKEN")
    assert send(folder, canvas) == 2
    assert "no token: make one in Canvas" in refusal(capsys)
    monkeypatch.setenv("CANVAS_TOKEN", TOKEN)
    monkeypatch.setitem(sys.modules, "canvasapi", None)
    monkeypatch.delitem(sys.modules, "autograder.exports.canvas_api", raising=False)
    assert send(folder, canvas) == 2
    assert "pip install 'adversarial-course[canvas]'" in refusal(capsys)
