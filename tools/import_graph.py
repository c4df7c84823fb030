"""Reads the project's imports from the source, without running it, and finds circles.

Imports inside functions and imports for type checkers count too: a reader has to follow each of
them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent


def sources(*packages: str, root: Path = ROOT) -> list[Path]:
    """The Python files of these packages, in order."""
    return sorted(path for package in packages for path in (root / package).rglob("*.py"))


def module_name(path: Path, root: Path = ROOT) -> str:
    """The full name under which a file is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path, root: Path = ROOT) -> set[str]:
    """Full names of all modules that a file imports, at any depth, relative ones resolved.

    `from room import part` may name a module or a name in one, and is given as `room.part`.
    """
    package = list(path.relative_to(root).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            found.update(f"{origin}.{alias.name}" for alias in node.names)
    return found


def in_any(module: str, allowed: Iterable[str]) -> bool:
    """Whether a module is one of these or is inside one of them."""
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


def graph(*packages: str, root: Path = ROOT) -> dict[str, set[str]]:
    """A dictionary from each module of the packages to the modules of them that it imports."""
    files = {module_name(path, root): path for path in sources(*packages, root=root)}
    return {
        name: {
            target
            for imported in imported_modules(path, root)
            if (target := nearest(imported, files.keys())) not in (None, name)
        }
        for name, path in files.items()
    }


def nearest(imported: str, modules: Iterable[str]) -> str | None:
    """The module that a full name names or is inside; None if it belongs to another package."""
    known = set(modules)
    parts = imported.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in names if name in known), None)


def circles(arrows: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of nodes that reach one another, each in order: strongly connected, by Tarjan."""
    found: list[list[str]] = []
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(arrows[node]):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                found.append(sorted(group))

    for node in sorted(arrows):
        if node not in index:
            visit(node)
    return found


def imports_in_functions(path: Path) -> Iterator[int]:
    """The lines on which a function imports something."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield node.lineno
