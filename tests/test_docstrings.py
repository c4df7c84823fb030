"""Public docstrings give the shapes of tensors and say which errors are raised."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Code that draws or measures for the site is no library, and is described where it is used.
NO_LIBRARY = ("attack_table", "cli", "commands", "draw")
NO_LIBRARY_ROOMS = {"figures", "pages", "reproductions"}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every public function and method of `course` and `solutions`, by its place."""
    for room in ("course", "solutions"):
        for path in sorted((ROOT / room).rglob("*.py")):
            if path.stem in NO_LIBRARY or NO_LIBRARY_ROOMS & {*path.parts}:
                continue
            module = ast.parse(path.read_text(encoding="utf-8"))
            classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
            for holder in (module, *classes):
                for node in holder.body:
                    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                        yield f"{path.relative_to(ROOT)}: {node.name}", node


def takes_tensors(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return any(a.annotation and "Tensor" in ast.unparse(a.annotation) for a in arguments)


def raises(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(function))


@pytest.mark.parametrize(
    ("concerned", "words"), [(takes_tensors, ("(", "shape")), (raises, ("aise",))]
)
def test_docstrings_say_shapes_and_errors(
    concerned: Callable[[ast.FunctionDef], bool], words: tuple[str, ...]
) -> None:
    found = {place: ast.get_docstring(node) or "" for place, node in functions() if concerned(node)}
    assert len(found) > 20
    assert [place for place, said in found.items() if not any(w in said for w in words)] == []
