"""The released notebooks: no line of a solution is in them; solved, they run from top to bottom;
unsolved, they fail with a kind message."""

import ast
import os
import shutil
from pathlib import Path

import nbformat
import pytest
import sample_class
from nbclient import NotebookClient
from scoreboard.nbgrader_command import nbgrader

from autograder import catalog

ROOT = Path(__file__).resolve().parents[3]
ASSIGNMENTS = sorted(catalog.ASSIGNMENTS)
EXTENSIONS = sorted(catalog.EXTENSIONS)
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


def source_notebook(name: str) -> nbformat.NotebookNode:
    return nbformat.read(ROOT / f"assignments/source/{name}/{name}.ipynb", as_version=4)


def solution_lines(notebook: nbformat.NotebookNode) -> set[str]:
    """The lines between the markers, without trivial ones such as a bare `else:`."""
    inside, lines = False, set()
    for line in "\n".join(c.source for c in notebook.cells).splitlines():
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside and len(line.strip()) > 12:
            lines.add(line.strip())
    return lines


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of assignments/ in which nbgrader has generated every release."""
    course = tmp_path_factory.mktemp("course") / "assignments"
    ignored = shutil.ignore_patterns("release", "submitted", "autograded", "feedback", "*.db")
    shutil.copytree(ROOT / "assignments", course, ignore=ignored)
    for name in ASSIGNMENTS:
        nbgrader(course, "generate_assignment", name)
    return course / "release"


def release_notebook(released: Path, name: str) -> nbformat.NotebookNode:
    return nbformat.read(released / name / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_release_holds_stubs_and_no_solution(released: Path, name: str) -> None:
    notebook = release_notebook(released, name)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "SOLUTION" not in text
    solution = solution_lines(source_notebook(name))
    assert len(solution) >= 10
    # A hint may name a line of the solution in prose; no code cell may hold one.
    code = {
        line.strip()
        for cell in notebook.cells
        if cell.cell_type == "code"
        for line in cell.source.splitlines()
    }
    given = {
        line.strip()
        for cell in source_notebook(name).cells
        if cell.cell_type == "code" and BEGIN not in cell.source
        for line in cell.source.splitlines()
    }
    assert solution & (code - given) == set()
    for cell in notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            assert_is_stub(cell.source)


def assert_is_stub(source: str) -> None:
    """Every function has its docstring and then only the kind error."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            assert ast.get_docstring(node)
            assert len(node.body) == 2
            raised = node.body[1]
            assert isinstance(raised, ast.Raise)
            assert "NotImplementedError('This one is not written yet" in ast.unparse(raised)


def test_header_stands_above_every_release(released: Path) -> None:
    for name in ASSIGNMENTS:
        assert "How this notebook works" in release_notebook(released, name).cells[0].source


def run(
    notebook: nbformat.NotebookNode, folder: Path, *, go_on: bool = False, seconds: int = 300
) -> list[str]:
    """Execute in a fresh kernel, offline; the one-line messages of the cells that failed."""
    # In the environment and not in the cell, since torch reads it on import.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    client = NotebookClient(
        notebook,
        timeout=seconds,
        kernel_name="python3",
        allow_errors=go_on,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o.text for o in outputs if o.get("name") == "stderr"]
    return [f"{o.ename}: {o.evalue}" for o in outputs if o.output_type == "error"]


def figures_of(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    """The pictures that a run has drawn, each with its alternative text."""
    shown = [o for c in notebook.cells for o in c.get("outputs", [])]
    figures = [o for o in shown if "image/png" in o.get("data", {})]
    assert all(o.metadata["image/png"]["alt"] for o in figures)
    return figures


@pytest.mark.slow
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_reference_notebook_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    notebook = source_notebook(name)
    assert run(notebook, tmp_path) == []
    assert len(figures_of(notebook)) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTENSIONS)
def test_reference_of_an_extension_runs_from_top_to_bottom(name: str, tmp_path: Path) -> None:
    notebook = source_notebook(name)
    assert run(notebook, tmp_path) == []
    assert figures_of(notebook)


@pytest.mark.slow
@pytest.mark.parametrize("profile", [pytest.param("mnist", marks=pytest.mark.mnist), "signs"])
@pytest.mark.parametrize("name", [*ASSIGNMENTS, *EXTENSIONS])
def test_one_line_changed_it_runs_on_other_images(name: str, profile: str, tmp_path: Path) -> None:
    notebook = source_notebook(name)
    for cell in notebook.cells:
        cell.source = cell.source.replace('PROFILE = "digits"', f'PROFILE = "{profile}"')
    assert run(notebook, tmp_path, seconds=900) == []
    assert figures_of(notebook)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXTENSIONS)
def test_untouched_extension_fails_kindly(name: str, tmp_path: Path) -> None:
    notebook = nbformat.reads(sample_class.released(name), as_version=4)
    kept = ("set-up-2", "given-", "check-")
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader")
        or cell.id.startswith(kept)
        or "cross_entropy = partial" in cell.source
    ]
    errors = run(notebook, tmp_path, go_on=True)
    assert len(errors) == len(catalog.EXTENSIONS[name].exercises)
    assert all(error.startswith("ChecksFailed: 0 of ") for error in errors)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "a3-fgsm" else pytest.mark.slow)
        for name in ASSIGNMENTS
    ],
)
def test_untouched_release_fails_kindly(released: Path, name: str, tmp_path: Path) -> None:
    notebook = release_notebook(released, name)
    notebook.cells = [
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader")
        or cell.id in {"set-up-2", "given-check_attack", "given-cross_entropy"}
        or "cross_entropy = partial" in cell.source
    ]
    errors = run(notebook, tmp_path, go_on=True)
    assert len(errors) == len(catalog.ASSIGNMENTS[name].exercises)
    assert all(error.startswith("ChecksFailed: 0 of ") for error in errors)
