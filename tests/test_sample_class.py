"""The sample class: its files are well-formed, its notebooks are those of the release, and each
hand-in gets exactly the marks of its header."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import demo
import nbformat
import pytest
import sample_class
from sample_class import HandIn

from autograder import catalog
from autograder.catalog import Check
from autograder.cli import main
from autograder.handin import submission
from autograder.report.results import Result

ALL = sample_class.hand_ins()
QUICK = ("amara", "emre", "giulia", "priya", "zoe")


def name_of(work: HandIn) -> str:
    return f"{work.assignment}/{work.path.stem}"


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_each_assignment_is_handed_in_rightly_wrongly_and_blank(assignment: str) -> None:
    works = sample_class.hand_ins(assignment)
    total = sum(catalog.points(assignment).values())
    assert len({work.student for work in works}) == len(works) >= 12
    assert sum(work.score == total and work.status == "OK" for work in works) >= 4
    assert "CRASH" in {work.status for work in works}
    assert any(not work.cells for work in works)


def test_names_try_what_names_can_do() -> None:
    names = {work.student for work in ALL}
    assert any("," in name for name in names)
    assert any(not name.isascii() for name in names)


def test_a_score_is_what_the_lost_checks_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    work = replace(ALL[0], loses=frozenset({"b"}))
    checks = [("a", 1, None), ("b", 2, None), ("c", 4, "b"), ("d", 8, "c"), ("e", 16, "a")]
    monkeypatch.setattr(
        catalog, "checks", lambda _: [Check(a, a, "cnn", b, c, "") for a, b, c in checks]
    )
    assert work.score == 1 + 16


@pytest.mark.parametrize("work", ALL, ids=name_of)
def test_header_names_failing_checks_not_skipped_ones(work: HandIn) -> None:
    needs = {check.name: check.needs for check in catalog.checks(work.assignment)}
    assert not {name for name in work.loses if needs[name] in work.loses}


@pytest.mark.parametrize("work", ALL, ids=name_of)
def test_hand_in_is_read_by_the_grader(work: HandIn, tmp_path: Path) -> None:
    path = sample_class.hand_in(work, tmp_path)
    assert submission.find(tmp_path / work.student, work.assignment) == path
    required = [exercise.id for exercise in catalog.assignment(work.assignment).exercises]
    read = "\n".join(cell.source for cell in submission.read(path, required).cells)
    for _, source in work.cells:
        assert source in read.replace("\r\n", "\n")


def test_ways_of_saving(tmp_path: Path) -> None:
    by_way = {work.saved_as: sample_class.hand_in(work, tmp_path).read_bytes() for work in ALL}
    assert by_way["notebook with BOM"].startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in by_way["notebook with CRLF"]
    assert b"\r\n" not in by_way["notebook"]
    assert not by_way["script"].startswith(b"{")


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_untouched_notebook_holds_no_solution(assignment: str) -> None:
    text = sample_class.released(assignment)
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert "SOLUTION" not in text
    answers = {exercise.id for exercise in catalog.assignment(assignment).exercises}
    for cell in notebook.cells:
        if sample_class.grade_id(cell) in answers:
            assert "raise NotImplementedError" in cell.source


def test_a_header_with_a_typing_error_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a3-fgsm"
    folder.mkdir()
    for text in (
        '"""T.\n\nlooses: fgsm_stays_in_range\n"""\n',
        '"""T.\n\nloses: fgsm_stays_in_rage\n"""\n',
        '"""T."""\n# %% fgms\nx = 1\n',
    ):
        (folder / "x.py").write_text(text)
        with pytest.raises(ValueError, match=r"x\.py"):
            sample_class.read_hand_in(folder / "x.py")


def test_magics_come_out_of_their_comments() -> None:
    assert sample_class.plain("# %matplotlib inline\n# 5 % of\nx = 1\n") == (
        "%matplotlib inline\n# 5 % of\nx = 1"
    )


def test_the_demonstration_shows_everything_that_can_happen() -> None:
    works = [work for name in catalog.ASSIGNMENTS for work in demo.shown(name, everybody=False)]
    assert len(works) == sum(map(len, demo.SHOWN.values()))
    for field in ("status", "saved_as"):
        assert {getattr(w, field) for w in works} == {getattr(w, field) for w in ALL}
    full = {name: sum(catalog.points(name).values()) for name in catalog.ASSIGNMENTS}
    assert {w.assignment for w in works if w.score == full[w.assignment]} == set(full)
    assert [w for name in catalog.ASSIGNMENTS for w in demo.shown(name, everybody=True)] == ALL


def test_index_of_the_demonstration_leads_to_every_page() -> None:
    results = [
        Result(work.student, work.assignment, "digits", work.status, work.score, 20, "none", 0, [])
        for work in ALL
    ]
    page = demo.index(results)
    links = [unquote(target) for target in re.findall(r'href="([^"]+)"', page)]
    assert sorted(links) == sorted(demo.page_name(result) for result in results)
    assert "o&#x27;neill, aoife" in page


def test_differences_name_what_is_not_as_expected() -> None:
    work = next(work for work in ALL if work.loses)
    result = Result(work.student, work.assignment, "digits", "OK", 20, 20, "none", 0, [])
    words = " ".join(sample_class.differences(work, result))
    assert "status OK, expected" in words
    assert "score 20, expected" in words
    assert all(name in words for name in work.loses)


# --- graded ---------------------------------------------------------------------------------------


def graded(works: list[HandIn], folder: Path) -> dict[str, Result]:
    """The results of one assignment's hand-ins, by the file they are written in."""
    (folder / "secret").write_text("a secret of this test")
    for work in works:
        sample_class.hand_in(work, folder / "submitted")
    assignment = works[0].assignment
    options = ["--trust-submissions", "--jobs", "1", "--secret", str(folder / "secret")]
    command = ["grade", assignment, str(folder / "submitted"), "--out", str(folder / "out")]
    assert main([*command, *options]) == 0
    found = {}
    for work in works:
        path = folder / "out" / "results" / f"{work.student}.json"
        found[work.path.stem] = Result.from_json(path.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def quick_results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    works = [work for work in sample_class.hand_ins("a3-fgsm") if work.path.stem in QUICK]
    return graded(works, tmp_path_factory.mktemp("a3-fgsm"))


@pytest.mark.parametrize("name", QUICK)
def test_grading_finds_what_the_header_says(name: str, quick_results: dict[str, Result]) -> None:
    work = sample_class.read_hand_in(sample_class.FOLDER / "a3-fgsm" / f"{name}.py")
    assert sample_class.differences(work, quick_results[name]) == []


def test_the_blank_notebook_is_told_where_to_begin(quick_results: dict[str, Result]) -> None:
    result = quick_results["priya"]
    assert (result.status, result.score) == ("WRONG", 0)
    told = [check for check in result.checks if check.status != "SKIP"]
    assert all("not written yet" in check.cause for check in told)
    assert all("numbered steps" in check.hint for check in told)


@pytest.mark.slow
@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_the_whole_class_gets_what_it_must(assignment: str, tmp_path: Path) -> None:
    works = sample_class.hand_ins(assignment)
    results = graded(works, tmp_path)
    wrong = {w.path.stem: sample_class.differences(w, results[w.path.stem]) for w in works}
    assert not any(wrong.values()), wrong
