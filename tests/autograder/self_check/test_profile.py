"""The profile of a student's own check is the notebook's, where this copy can check on it."""

from pathlib import Path

import pytest

from autograder.judge import answer_key
from autograder.self_check.profile import checked_on, named_in
from autograder.term import init
from autograder.worker.cells import Cell


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ("digits", "digits"),
        ("signs", "signs"),
        ("mnist", "digits"),
        (None, "digits"),
        (7, "digits"),
    ],
)
def test_a_checkout_checks_on_what_needs_no_download(named: object, expected: str) -> None:
    assert checked_on("a3-fgsm", named) == expected


@pytest.mark.parametrize(
    ("there", "named", "expected"),
    [
        (["signs"], "digits", "signs"),
        (["signs"], None, "signs"),
        (["digits", "mnist"], "mnist", "mnist"),
        (["digits", "mnist"], "signs", "digits"),
    ],
)
def test_a_students_copy_checks_on_what_it_has_values_for(
    monkeypatch: pytest.MonkeyPatch, there: list[str], named: object, expected: str
) -> None:
    files = [Path(f"a3-fgsm-{name}.safetensors") for name in there]
    monkeypatch.setattr(answer_key, "known_files", lambda _: files)
    assert checked_on("a3-fgsm", named) == expected


def test_the_last_line_that_names_a_profile_counts() -> None:
    cells = [Cell("1", 'import torch\nPROFILE = "digits"  # or mnist\n'), Cell("2", "x = PROFILE")]
    assert named_in(cells) == "digits"
    assert named_in([*cells, Cell("3", "PROFILE='signs'")]) == "signs"
    assert named_in([Cell("1", "print('PROFILE = ')")]) == ""


def test_a_term_on_signs_hands_out_notebooks_on_signs(tmp_path: Path) -> None:
    files = dict(init.term_files(tmp_path / "secret", named=False, profile="signs"))
    notebooks = [text for path, text in files.items() if path.startswith("source/a")]
    assert len(notebooks) == 6
    assert all('PROFILE = \\"signs\\"' in text for text in notebooks)
    assert not any('PROFILE = \\"digits\\"' in text for text in notebooks)
