"""`autograder leaderboard`: who stands where, who is out of competition, and what names may do."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograder.checks.a5_adversarial_training import checks as a5
from autograder.cli import main
from autograder.report.results import CheckResult, Result
from autograder.term import leaderboard
from course.metrics import wilson_interval

ID = leaderboard.ASSIGNMENT


def graded(folder: Path, student: str, profile: str = "digits", **measures: float) -> None:
    """Write a result as `autograder grade` does."""
    told = {"worst_case": 0.7, "clean": 0.9, "images": 500, "cpu_seconds": 40.0, **measures}
    check = CheckResult(leaderboard.CHECK, "robust", "OK", 12, 12, measures=told)
    provenance = {"submission_sha256": student.encode().hex().ljust(64, "0")}
    result = Result(
        student, ID, profile, "OK", 20, 20, "strong", 1.0, [check], provenance=provenance
    )
    path = folder / "results" / f"{student}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(result.to_json(), encoding="utf-8")


def places(out: str) -> list[tuple[str, str]]:
    """Place and name of each line of the printed table."""
    lines = out.split("\n\n", maxsplit=1)[0].splitlines()[1:]
    return [(line.split()[0], line.split()[1]) for line in lines]


def test_the_check_that_entries_are_read_from_exists():
    assert hasattr(a5, f"test_{leaderboard.CHECK}")


def test_robust_accuracy_decides_then_clean_and_equals_share_a_place(tmp_path, capsys):
    graded(tmp_path, "ada", worst_case=0.6)
    graded(tmp_path, "bob", worst_case=0.8, clean=0.85)
    graded(tmp_path, "cyd", worst_case=0.8, clean=0.95)
    graded(tmp_path, "dee", worst_case=0.8, clean=0.85)
    assert main(["leaderboard", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert places(out) == [("1", "cyd"), ("2", "bob"), ("2", "dee"), ("4", "ada")]
    low, high = wilson_interval(400, 500)
    assert f"{100 * low:.1f} to {100 * high:.1f} %" in out
    assert "500 hidden images of digits within epsilon 0.1" in out


def test_who_computes_too_long_or_uncounted_is_out_of_competition(tmp_path, capsys):
    graded(tmp_path, "long", worst_case=0.9, cpu_seconds=61.0)
    graded(tmp_path, "uncounted", worst_case=0.85, cpu_seconds=0.0)
    graded(tmp_path, "within", worst_case=0.5, cpu_seconds=60.0)
    assert main(["leaderboard", str(tmp_path), "--cpu-seconds", "60"]) == 0
    out = capsys.readouterr().out
    assert places(out) == [("1", "within"), ("–", "long"), ("–", "uncounted")]
    assert "not counted" in out
    assert "at most 60 seconds" in out


def test_a_students_best_entry_counts(tmp_path, capsys):
    graded(tmp_path / "first", "ada", worst_case=0.6)
    graded(tmp_path / "second", "ada", worst_case=0.65)
    assert main(["leaderboard", str(tmp_path / "first"), str(tmp_path / "second")]) == 0
    out = capsys.readouterr().out
    assert places(out) == [("1", "ada")]
    assert "65.0 %" in out


def test_anonymous_shows_no_name_anywhere(tmp_path, capsys):
    graded(tmp_path, "lovelace")
    out = tmp_path / "board"
    assert main(["leaderboard", str(tmp_path), "--anonymous", "--out", str(out)]) == 0
    written = [path.read_text(encoding="utf-8") for path in out.iterdir()]
    assert len(written) == 2
    pseudonym = b"lovelace".hex()[:8]
    for text in (capsys.readouterr().out, *written):
        assert "lovelace" not in text
        assert pseudonym in text


class Tags(HTMLParser):
    """The tags and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data.strip())


def test_a_name_stays_a_name_on_the_page_and_in_the_table(tmp_path, capsys):
    name = "a|<script>x<&lt;script>`b`\x1b[31m"
    graded(tmp_path, name)
    assert main(["leaderboard", str(tmp_path), "--out", str(tmp_path / "board")]) == 0
    assert "\x1b" not in capsys.readouterr().out
    page = Tags()
    page.feed((tmp_path / "board" / "leaderboard.html").read_text(encoding="utf-8"))
    assert "script" not in page.tags
    assert name in page.texts
    markdown = (tmp_path / "board" / "leaderboard.md").read_text(encoding="utf-8")
    row = markdown.strip().splitlines()[-1]
    assert row.count("|") == len(leaderboard.COLUMNS) + 1
    assert "<" not in row
    assert "`" not in row


def test_weights_brought_along_are_no_entry(tmp_path, capsys):
    graded(tmp_path, "ada", worst_case=0.7)
    graded(tmp_path, "bob", worst_case=0.9)
    file = next(tmp_path.rglob("bob*.json"))
    content = json.loads(file.read_text(encoding="utf-8"))
    content["checks"][0].update(status="WRONG", points=0)
    file.write_text(json.dumps(content), encoding="utf-8")
    assert main(["leaderboard", str(tmp_path), "--out", str(tmp_path / "board")]) == 0
    board = (tmp_path / "board" / "leaderboard.md").read_text(encoding="utf-8")
    assert "ada" in board
    assert "bob" not in board


def test_work_without_a_network_is_no_entry(tmp_path, capsys):
    graded(tmp_path, "ada")
    path = tmp_path / "results" / "bob.json"
    blank = json.loads((tmp_path / "results" / "ada.json").read_text(encoding="utf-8"))
    blank |= {"student": "bob", "checks": [], "score": 0}
    path.write_text(json.dumps(blank), encoding="utf-8")
    assert main(["leaderboard", str(tmp_path)]) == 0
    assert places(capsys.readouterr().out) == [("1", "ada")]


def older(folder: Path) -> None:
    graded(folder, "ada")
    path = folder / "results" / "ada.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["checks"][0]["measures"]["cpu_seconds"]
    path.write_text(json.dumps(content), encoding="utf-8")


def two_profiles(folder: Path) -> None:
    graded(folder, "ada")
    graded(folder, "bob", profile="mnist")


def another_assignment(folder: Path) -> None:
    graded(folder, "ada")
    path = folder / "results" / "ada.json"
    path.write_text(path.read_text(encoding="utf-8").replace(ID, "a3-fgsm"), encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda folder: None, "holds no results"),
        (older, "grade again"),
        (two_profiles, "cannot be compared"),
        (another_assignment, "a result of a3-fgsm"),
    ],
)
def test_a_mistake_is_one_line(prepare, said, tmp_path, capsys):
    prepare(tmp_path)
    assert main(["leaderboard", str(tmp_path)]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert len(error.splitlines()) == 1
    assert said in error


# --- with the ensemble ---------------------------------------------------------------------------


@pytest.fixture
def final(tmp_path, monkeypatch):
    """Run the command on what was graded here, with what the ensemble would find."""
    for name in ("ada", "bob", "cyd", "dee"):
        folder = tmp_path / "submitted" / name / ID
        folder.mkdir(parents=True)
        (folder / f"{ID}.py").write_text(f"# {name}")
    (tmp_path / "secret").write_text("0123456789abcdef0123456789abcdef")
    options = [str(tmp_path), "--secret", str(tmp_path / "secret")]
    options += ["--submissions", str(tmp_path / "submitted")]
    asked = []

    def run(found, *more):
        def attacked_again(result, graded, path, secret):
            asked.append((result.student, graded, path.name))
            return found[result.student]

        monkeypatch.setattr(leaderboard, "attacked_again", attacked_again)
        return main(["leaderboard", *options, *more]), asked

    return run


def test_the_best_are_attacked_again_and_stand_by_the_lower_number(tmp_path, final, capsys):
    graded(tmp_path, "ada", worst_case=0.80)
    graded(tmp_path, "bob", worst_case=0.79)
    graded(tmp_path, "cyd", worst_case=0.70)
    assert final({"ada": 0.6, "bob": 0.795}, "--ensemble", "2", "--out", str(tmp_path / "board"))
    out = capsys.readouterr().out
    assert places(out) == [("1", "bob"), ("2", "ada"), ("3", "cyd")]
    lines = out.splitlines()
    assert [line.split()[2] for line in lines[1:4]] == ["79.0", "60.0", "70.0"]
    assert "(79.0 % before the ensemble)" in lines[1]
    assert "(80.0 % before the ensemble)" in lines[2]
    assert "before" not in lines[3]
    assert "a fixed ensemble of attacks counts too" in out
    for name in ("leaderboard.html", "leaderboard.md"):
        written = (tmp_path / "board" / name).read_text(encoding="utf-8")
        assert "80.0 % before the ensemble" in written


def test_equals_of_the_last_one_are_attacked_too_and_nobody_out_of_competition(tmp_path, final):
    graded(tmp_path, "ada", worst_case=0.9, cpu_seconds=1000)
    graded(tmp_path, "bob", worst_case=0.8)
    graded(tmp_path, "cyd", worst_case=0.8)
    graded(tmp_path, "dee", worst_case=0.7)
    _, asked = final({"bob": 0.8, "cyd": 0.8}, "--ensemble", "1")
    assert asked == [("bob", 0.8, "bob"), ("cyd", 0.8, "cyd")]


def test_who_cannot_be_attacked_again_keeps_its_number_behind_the_others(tmp_path, final, capsys):
    graded(tmp_path, "ada", worst_case=0.8)
    graded(tmp_path, "bob", worst_case=0.7)
    final({"ada": "it is another network", "bob": 0.5}, "--ensemble", "2")
    out, error = capsys.readouterr()
    assert places(out) == [("1", "bob"), ("2", "ada")]
    assert error == "ada: it is another network\n"


def test_without_the_option_nothing_is_trained(tmp_path, final, capsys):
    graded(tmp_path, "ada")
    assert final({}) == (0, [])
    assert "ensemble" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--ensemble", "1"], "--submissions"),
        (["--ensemble", "0"], "at least 1"),
        (["--ensemble", "1", "--submissions", "SUBMITTED", "--secret", "SECRET"], "no work of zoe"),
    ],
)
def test_what_the_ensemble_needs_is_said_in_one_line(options, said, tmp_path, final, capsys):
    graded(tmp_path, "zoe")
    named = {"SUBMITTED": tmp_path / "submitted", "SECRET": tmp_path / "secret"}
    assert main(["leaderboard", str(tmp_path), *(str(named.get(o, o)) for o in options)]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert said in error
