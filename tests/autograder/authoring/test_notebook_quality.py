"""Every text is pleasant to read: its figures, headings, words and links.

The build's promises are tested in `test_build.py`, the run of notebooks in `test_release.py`.
`make lint` looks for typing mistakes.
"""

from __future__ import annotations

import ast
import itertools
import json
import re
from pathlib import Path

import nbformat
import pytest
import yaml

from autograder import catalog
from autograder.authoring.cells import authored_texts
from autograder.authoring.document import build_document
from autograder.authoring.outputs import fingerprint

ROOT = Path(__file__).resolve().parents[3]
NAMES = list(catalog.KNOWN)
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
# As stems, so that "normalized" and "colorful" are found too.
AMERICAN = (
    "behavior|center|color|defense|favor|generaliz|gray|honor|initializ|labeled|labeling|maximiz"
    "|minimiz|modeled|neighbor|normaliz|optimiz|organiz|randomiz|realiz|recogniz|regulariz"
    "|summariz|visualiz|analyz"
)


def authored(name: str) -> Path:
    """The text of an assignment: a file, or a folder of parts."""
    texts = authored_texts(ROOT / "assignments" / "authored")
    return next(path for path in texts if path.stem == name)


@pytest.fixture(params=NAMES)
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    path = ROOT / "assignments" / "source" / request.param / f"{request.param}.ipynb"
    return nbformat.read(path, as_version=4)


def code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: nbformat.NotebookNode) -> str:
    """The text cells, without code and formulas."""
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    return without_code(text)


def without_code(text: str) -> str:
    """Markdown without code, formulas, addresses, and titles of publications."""
    for pattern in (
        r"^```.*?^```",
        r"`[^`]*`",
        "<code>.*?</code>",
        r"\$\$.*?\$\$",
        r"\$[^$\n]*\$",
        r"\]\([^)]*\)",
    ):
        text = re.sub(pattern, " ", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!\*)\*[^*]+\*(?!\*)|[\"“][^\"”]*[\"”]", " ", text)


# --- figures -------------------------------------------------------------------------------------


def test_every_figure_is_told_in_words_and_shown(notebook: nbformat.NotebookNode) -> None:
    drawing = [source for source in code(notebook) if re.search(r"^figure = ", source, re.M)]
    assert drawing
    for source in drawing:
        tree = ast.parse(source)
        words = [ast.unparse(node) for node in tree.body]
        assert "print(plots.alt_text(figure))" in words, source
        assert words[-1] == "figure", source


def test_nothing_else_draws(notebook: nbformat.NotebookNode) -> None:
    text = "\n".join(code(notebook))
    assert not re.search(r"matplotlib|pyplot|plt\.", text)


# --- reading order -------------------------------------------------------------------------------


def test_headings_of_the_notebook_skip_no_level(notebook: nbformat.NotebookNode) -> None:
    headings = re.findall(r"^(#+) (.+)$", prose(notebook), flags=re.MULTILINE)
    levels = [len(marks) for marks, _ in headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    titles = [title for _, title in headings]
    assert len(set(titles)) == len(titles)


def test_every_hidden_answer_answers_a_question(notebook: nbformat.NotebookNode) -> None:
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    folds = re.findall(r"<summary>(.+?)</summary>\n\n(.+?)\n\n</details>", text, flags=re.DOTALL)
    questions = [(title, answer) for title, answer in folds if title.startswith("To think about")]
    assert questions
    for title, answer in questions:
        assert title.rstrip().endswith("?"), title
        assert len(answer.split()) >= 20, title


def test_each_exercise_is_followed_by_a_figure_or_a_number(
    notebook: nbformat.NotebookNode,
) -> None:
    """After the last check the student's code is used for something."""
    checks = [n for n, source in enumerate(code(notebook)) if source.startswith("check(")]
    after = "\n".join(code(notebook)[checks[-1] + 1 :])
    assert "figure = " in after


def test_stored_outputs_are_those_of_the_code_that_is_there() -> None:
    """An output of older code is shown nowhere, so a page would lose it without a word."""
    stale = {}
    for path in sorted((ROOT / "assignments" / "outputs").glob("*.json")):
        stored = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = ROOT / "assignments" / "source" / path.stem / f"{path.stem}.ipynb"
        cells = {cell.id: cell.source for cell in nbformat.read(source, as_version=4).cells}
        changed = [
            name
            for name, entry in stored.items()
            if name not in cells or fingerprint(cells[name]) != entry["code"]
        ]
        if changed:
            stale[f"python tools/outputs.py {path.stem}"] = changed
    assert stale == {}


# --- words ---------------------------------------------------------------------------------------


def test_notebooks_are_spelt_the_british_way(notebook: nbformat.NotebookNode) -> None:
    assert re.findall(rf"\b(?:{AMERICAN})\w*", prose(notebook), flags=re.IGNORECASE) == []


def test_pages_are_spelt_the_british_way() -> None:
    found = {}
    for path in ROOT.glob("site/**/*.md"):
        if path.parent.name == "reference" or path.name == "references.md":
            continue  # names of functions, and titles of publications
        words = re.findall(
            rf"\b(?:{AMERICAN})\w*", without_code(path.read_text(encoding="utf-8")), re.IGNORECASE
        )
        if words:
            found[path.relative_to(ROOT).as_posix()] = words
    assert found == {}


# --- links ---------------------------------------------------------------------------------------


def pages() -> dict[str, str]:
    """Title of each page of the site's navigation -> its file."""

    class Loader(yaml.SafeLoader):
        """Reads the site's configuration; its special tags do not matter here."""

    Loader.add_multi_constructor("!", lambda *_: None)
    Loader.add_multi_constructor("tag:", lambda *_: None)
    config = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), Loader)

    def walk(entry: object) -> list[tuple[str, str]]:
        if isinstance(entry, list):
            return [pair for each in entry for pair in walk(each)]
        if isinstance(entry, dict):
            pairs = []
            for title, target in entry.items():
                pairs += [(title, target)] if isinstance(target, str) else walk(target)
            return pairs
        return []

    return dict(walk(config["nav"]))


def test_a_notebook_has_no_link_that_works_on_the_site_only(
    notebook: nbformat.NotebookNode,
) -> None:
    """A notebook is used without the site: it names pages by title and links by address."""
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    links = re.findall(r"\[[^\]]*\]\(([^)]+)\)", re.sub(r"`[^`]*`", "", text))
    assert [link for link in links if not link.startswith("https://")] == []


def test_pages_that_a_notebook_names_exist(notebook: nbformat.NotebookNode) -> None:
    text = "\n\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    named = re.findall(r"(?:lecture|page)\s+\"([^\"]+)\"", text)
    assert set(named) - set(pages()) == set()


def test_assignments_that_a_notebook_names_exist(notebook: nbformat.NotebookNode) -> None:
    numbers = {int(each) for each in re.findall(r"[Aa]ssignments? (\d)", prose(notebook))}
    assert numbers <= set(range(1, 7))


@pytest.mark.parametrize("name", NAMES)
def test_lectures_that_a_check_points_to_exist(name: str) -> None:
    for check in catalog.checks(name):
        page, _, anchor = check.lecture.partition("#")
        path = ROOT / "site" / f"{page.strip('/')}.md"
        assert path.is_file(), check.name
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.M)
            slugs = {re.sub(r"[^\w]+", "-", h.lower()).strip("-") for h in headings}
            assert anchor in slugs, check.name


# --- solutions -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_line_of_a_solution_stands_on_the_page(name: str) -> None:
    """A hint may name a line in prose; the page's code cells may not hold one."""
    document = build_document(authored(name), ROOT)
    source = "\n".join(cell.text for cell in document.cells if cell.is_code)
    inside = re.findall(rf"{BEGIN}\n(.*?){END}", source, flags=re.DOTALL)
    solution = {line.strip() for part in inside for line in part.splitlines()}
    given = {
        line.strip()
        for cell in document.cells
        if BEGIN not in cell.text
        for line in cell.text.splitlines()
    }
    shown = {
        line.strip() for cell in document.cells if cell.is_code for line in cell.stub.splitlines()
    }
    leaked = {line for line in solution & shown - given if len(line) > 12}
    assert len(solution) >= 3
    assert leaked == set()
