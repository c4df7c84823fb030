"""The output of `autograder build`: fresh, repeatable, with ids, points and headings in order."""

import itertools
import json
import re
import shutil
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from autograder import catalog
from autograder.authoring.build import build_command, built_files, stale_files
from autograder.authoring.document import fold
from autograder.authoring.outputs import fingerprint
from autograder.authoring.reference import Reference, fill_stub
from course.errors import CourseError

ROOT = Path(__file__).resolve().parents[3]
ASSIGNMENTS = sorted(catalog.ASSIGNMENTS)
EXTENSIONS = sorted(catalog.EXTENSIONS)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of all files that the build reads and writes."""
    for folder in ("authored", "source", "outputs"):
        shutil.copytree(ROOT / "assignments" / folder, tmp_path / "assignments" / folder)
    for folder in ("solutions", "site/assignments"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def printing(checkout: Path) -> Path:
    """The stored outputs of a3: one of code that is there, one of code that has changed."""
    path = checkout / "assignments" / "outputs" / "a3-fgsm.json"
    source = nbformat.read(checkout / "assignments/source/a3-fgsm/a3-fgsm.ipynb", as_version=4)
    fresh, changed = [cell for cell in source.cells if cell.id in ("fgsm", "set-up-4")]
    cells = {
        fresh.id: {"code": fingerprint(fresh.source), "text": "98.5% as stored"},
        changed.id: {"code": fingerprint(changed.source + " "), "text": "of another day"},
    }
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return checkout


@pytest.fixture(params=[*ASSIGNMENTS, *EXTENSIONS])
def notebook(request: pytest.FixtureRequest) -> nbformat.NotebookNode:
    name = request.param
    return nbformat.read(ROOT / f"assignments/source/{name}/{name}.ipynb", as_version=4)


def page(name: str) -> str:
    return (ROOT / f"site/assignments/{name}.md").read_text(encoding="utf-8")


def test_committed_files_are_fresh() -> None:
    assert [path.relative_to(ROOT).as_posix() for path in stale_files(ROOT)] == []


def test_every_assignment_of_the_catalog_is_authored() -> None:
    made = {path.stem for path in built_files(ROOT) if path.suffix == ".ipynb"}
    assert made == {*ASSIGNMENTS, *EXTENSIONS, "header"}


def test_building_twice_gives_the_same_bytes(checkout: Path) -> None:
    sources = checkout / "assignments" / "source"
    for _ in range(2):
        shutil.rmtree(sources, ignore_errors=True)
        assert build_command(Namespace(root=checkout, check=False)) == 0
        for path in sources.rglob("*.ipynb"):
            assert path.read_bytes() == (ROOT / path.relative_to(checkout)).read_bytes()


def test_a_page_shows_what_its_code_printed_and_nothing_outdated(printing: Path) -> None:
    text = built_files(printing)[printing / "site" / "assignments" / "a3-fgsm.md"]
    before, _, after = text.partition('``` { .text .output title="Output" }\n98.5% as stored\n```')
    assert after
    assert before.rstrip().endswith("```")
    assert "of another day" not in text
    assert "python tools/outputs.py a3-fgsm" in before


def test_a_page_without_a_stored_run_says_nothing_of_outputs(printing: Path) -> None:
    (printing / "assignments" / "outputs" / "a3-fgsm.json").unlink()
    text = built_files(printing)[printing / "site" / "assignments" / "a3-fgsm.md"]
    assert "utput" not in text.partition("## Set up")[0]


def test_every_page_says_where_to_get_its_notebook() -> None:
    for name in (*ASSIGNMENTS, *EXTENSIONS):
        assert f"(colab:{name})" in page(name)
        assert "(zip:../../get/adversarial-images.zip)" in page(name)


def test_check_names_what_is_stale(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build_command(Namespace(root=checkout, check=True)) == 0
    part = checkout / "assignments/authored/a3-fgsm/4-what-to-count.py"
    part.write_text(part.read_text().replace("What to count", "What one counts"))
    (checkout / "site/assignments/a9-gone.md").write_text("left over")
    capsys.readouterr()
    assert build_command(Namespace(root=checkout, check=True)) == 1
    told = capsys.readouterr().out
    assert "stale: assignments/source/a3-fgsm/a3-fgsm.ipynb" in told
    assert "stale: site/assignments/a3-fgsm.md" in told
    assert "stale: site/assignments/a9-gone.md" in told
    assert "a1-cnn" not in told


def test_notebook_is_valid_without_outputs(notebook: nbformat.NotebookNode) -> None:
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert all(c.outputs == [] and c.execution_count is None for c in code_cells(notebook))


def test_ids_are_unique_and_readable(notebook: nbformat.NotebookNode) -> None:
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]{1,63}", cell_id) for cell_id in ids)
    graded = [c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata]
    assert len({item.grade_id for item in graded}) == len(graded)
    assert all(item.schema_version == 3 and not item.task for item in graded)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_check_cells_carry_the_points_of_the_catalog(name: str) -> None:
    notebook = nbformat.read(ROOT / f"assignments/source/{name}/{name}.ipynb", as_version=4)
    checks = [c for c in code_cells(notebook) if c.metadata.get("nbgrader", {}).get("grade")]
    points = {c.metadata.nbgrader.grade_id: c.metadata.nbgrader.points for c in checks}
    assert points == {f"check-{exercise}": p for exercise, p in catalog.points(name).items()}
    for cell in checks:
        exercise = cell.metadata.nbgrader.grade_id.removeprefix("check-")
        assert cell.source == f'check("{name}", "{exercise}")'
        assert cell.metadata.nbgrader.locked
        assert not cell.metadata.nbgrader.solution


@pytest.mark.parametrize("name", EXTENSIONS)
def test_extensions_are_checked_and_give_no_points(name: str) -> None:
    assert set(catalog.points(name).values()) == {0}
    notebook = nbformat.read(ROOT / f"assignments/source/{name}/{name}.ipynb", as_version=4)
    found = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
    assert not any(cell.metadata.nbgrader.grade for cell in found.values())
    for exercise in catalog.EXTENSIONS[name].exercises:
        assert found[f"check-{exercise.id}"].source == f'check("{name}", "{exercise.id}")'
        assert found[f"check-{exercise.id}"].metadata.nbgrader.locked
        assert found[exercise.id].metadata.nbgrader.solution
    assert f"({name}.md)" in page("index")


def test_an_extension_is_not_graded() -> None:
    assert catalog.graded("a3-fgsm").id == "a3-fgsm"
    with pytest.raises(CourseError, match="autograder check x-l2 FILE"):
        catalog.graded("x-l2")


@pytest.mark.parametrize("name", [*ASSIGNMENTS, *EXTENSIONS])
def test_each_exercise_has_a_card_and_three_hints(name: str) -> None:
    parts = re.split(r"^### Exercise \d+: ", page(name), flags=re.MULTILINE)[1:]
    points = catalog.points(name)
    assert len(parts) == len(points)
    for part, exercise in zip(parts, catalog.assignment(name).exercises, strict=True):
        assert part.startswith(exercise.title)
        assert re.search(
            rf"[●○]{{5}} [\w-]+ \| about \d+ minutes \| {points[exercise.id] or 'none'} \|", part
        )
        assert "**You need**" in part
        assert "**You get**" in part
        for number in (1, 2, 3):
            assert part.count(f"<summary>Hint {number}: ") == 1


@pytest.mark.parametrize("name", [*ASSIGNMENTS, *EXTENSIONS])
def test_headings_are_in_order(name: str) -> None:
    text = re.sub(r"^```.*?^```", "", page(name), flags=re.MULTILINE | re.DOTALL)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, flags=re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", [*ASSIGNMENTS, *EXTENSIONS])
def test_pages_show_stubs_and_no_solution(name: str) -> None:
    assert "SOLUTION" not in page(name)
    assert f'check("{name}"' in page(name)
    assert "What you can now do" in page(name)
    assert "<summary>To think about: " in page(name)
    index = page("index")
    assert f"({name}.md)" in index
    if name in ASSIGNMENTS:
        assert f"minutes | {sum(catalog.points(name).values())} " in index


def test_profile_stands_on_one_line(notebook: nbformat.NotebookNode) -> None:
    lines = "\n".join(c.source for c in code_cells(notebook)).splitlines()
    assert lines.count('PROFILE = "digits"') == 1


def test_fold_makes_details_that_markdown_still_reads() -> None:
    assert fold("Before.\n\n>> A title\ntext\n\n>> Another\nmore") == (
        "Before.\n\n"
        '<details markdown="1">\n<summary>A title</summary>\n\ntext\n\n</details>\n\n'
        '<details markdown="1">\n<summary>Another</summary>\n\nmore\n\n</details>'
    )


REFERENCE = Reference(
    "solutions.example",
    '''
from math import tau


def area(radius):
    """Return the area."""
    # why
    return half() * radius**2


def half():
    return tau / 2


class Circle:
    def grow(self, by):
        """Grow."""
        self.radius += by
''',
)


def test_body_goes_below_docstring_and_steps() -> None:
    stub = 'def area(radius: float):\n    """Return it."""\n    # 1. Square.\n\n\nprint()'
    assert fill_stub(stub, REFERENCE, "here") == (
        'def area(radius: float):\n    """Return it."""\n    # 1. Square.\n'
        "    ### BEGIN SOLUTION\n    # why\n    return half() * radius**2\n    ### END SOLUTION\n"
        "\n\nprint()"
    )


def test_methods_are_filled_one_by_one() -> None:
    stub = """class Circle:
    radius = 1

    def grow(self, by):
        'Grow.'
        # 1. Add."""
    assert fill_stub(stub, REFERENCE, "here").splitlines()[-3:] == [
        "        ### BEGIN SOLUTION",
        "        self.radius += by",
        "        ### END SOLUTION",
    ]


def test_names_that_a_body_needs_are_known() -> None:
    assert REFERENCE.free_names("area") == {"half"}
    assert REFERENCE.free_names("half") == {"tau"}
    assert REFERENCE.advice("tau") == "add `from math import tau` to a cell above"


@pytest.mark.parametrize(
    ("stub", "message"),
    [
        ('def area(r):\n    """Another parameter."""', r"area\(r\) in the stub, area\(radius\)"),
        ('def volume(radius):\n    """Not there."""', "has no function or class volume"),
        ("def area(radius):\n    return 1", "no empty function"),
    ],
)
def test_stubs_that_do_not_fit_are_refused(stub: str, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        fill_stub(stub, REFERENCE, "here")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("# %% check: fgsm\n", "", "check cells are"),
        ("# %% given: check_attack from solutions.fgsm\n", "", "uses check_attack"),
        ("# minutes: 25\n", "", "a card has"),
        ("# %% check: fgsm\n", "# %% chekc: fgsm\n", "cell title not understood"),
        ("# # 3 · Attack it", "# # 3 · Attack us", "is not that of"),
        ("import torch.nn.functional as F\n", "", "add `import torch.nn.functional as F`"),
    ],
)
def test_mistakes_of_an_author_are_named(checkout: Path, old: str, new: str, message: str) -> None:
    paths = sorted((checkout / "assignments/authored/a3-fgsm").glob("*.py"))
    path = next(path for path in paths if old in path.read_text())
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(CourseError, match=message):
        built_files(checkout)


def code_cells(notebook: nbformat.NotebookNode) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_notebooks_are_written_with_sorted_keys() -> None:
    for path in (ROOT / "assignments/source").rglob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        again = json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True)
        assert text == again + "\n"


def test_snippet_marks_of_lectures_stay_out_of_notebooks() -> None:
    for path in (ROOT / "assignments" / "source").rglob("*.ipynb"):
        assert "--8<--" not in path.read_text(encoding="utf-8"), path.name


def test_halves_of_points_add_up_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [replace(check, max_points=2.5) for check in catalog.checks("a3-fgsm")[:3]]
    monkeypatch.setattr(catalog, "checks", lambda _: found)
    assert sum(catalog.points("a3-fgsm").values()) == 7.5
    whole = [replace(check, max_points=2.0) for check in found]
    monkeypatch.setattr(catalog, "checks", lambda _: whole)
    assert all(isinstance(points, int) for points in catalog.points("a3-fgsm").values())
