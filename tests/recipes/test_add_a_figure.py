"""The recipe "add a figure": a function, a line in `FIGURES`, `course figures`. No test fails."""

from pathlib import Path

import pytest
from support import checkout

LECTURE = "solutions/figures/fgsm.py"
FUNCTION = """
def _clean_confidence(results: Results, theme: plots.Theme) -> plots.CourseFigure:
    clean = results["confidence"]["clean"]
    return plots.confidence_histograms(clean, clean, theme=theme)


"""
LINE = '    "fgsm-clean-confidence": Drawing("How sure the network is of 597 digits", {}),\n'
PAGE = "site/lectures/fgsm.md"


def add(path: Path, text: str, *, before: str) -> None:
    """Put text into a file above the only place where `before` stands."""
    content = path.read_text(encoding="utf-8")
    assert content.count(before) == 1
    path.write_text(content.replace(before, text + before), encoding="utf-8")


@pytest.mark.slow
def test_a_figure_that_is_added_leaves_nothing_red(tmp_path: Path) -> None:
    copy = checkout.copied(tmp_path / "checkout")
    add(copy / LECTURE, FUNCTION, before="FIGURES = {\n")
    add(copy / LECTURE, LINE.format("_clean_confidence"), before='    "fgsm-defences": Drawing(')
    before = {path.name for path in (copy / "site" / "figures").iterdir()}
    checkout.run(copy, "-m", "course.cli", "figures")
    drawn = {path.name for path in (copy / "site" / "figures").iterdir()} - before
    name = "fgsm-clean-confidence"
    assert drawn == {f"{name}-light.svg", f"{name}-dark.svg", f"{name}.inc"}
    with (copy / PAGE).open("a", encoding="utf-8") as page:
        page.write(f'\n--8<-- "figures/{name}.inc"\n')
    checkout.run(copy, "-m", "ruff", "check", LECTURE)
    checkout.passes(
        copy,
        "tests/solutions/test_figures.py",
        "tests/solutions/test_diagrams.py",
        "tests/site/lectures/test_lecture_numbers.py",
    )
