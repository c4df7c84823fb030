"""Imports that fail while a notebook is loaded: the notebook goes on, as it would without them.

A notebook imports what its student had installed: a drive, a plotting package, a debugger. Where
one of them is not installed here, its name is bound to a stand-in, and an error that comes from it
says so. Only a use by a graded function can cost a mark.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

HOOK = "__import_failed__"  # the name by which rewritten imports find their handler
REFUSED = (
    *("__call__", "__iter__", "__next__", "__len__", "__contains__", "__enter__", "__exit__"),
    *("__setitem__", "__delitem__", "__mro_entries__", "__int__", "__float__", "__index__"),
    *("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__", "__truediv__"),
    *("__rtruediv__", "__matmul__", "__neg__", "__lt__", "__le__", "__gt__", "__ge__"),
    *("__await__", "__aenter__", "__aiter__", "__fspath__"),
)
LEFT_ALONE = (
    *(ast.Try, getattr(ast, "TryStar", ast.Try), ast.ClassDef),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda),
)


class NotImportedError(ImportError):
    """The code used a name that a failed import would have bound."""


class Absent:
    """The stand-in for what could not be imported. Its attributes can be named, nothing else.

    It may stand in annotations, and nothing is an instance of it.
    """

    def __init__(self, name: str, reason: str) -> None:
        self._name: str
        self._reason: str
        self.__dict__.update(_name=name, _reason=reason)

    def __getattr__(self, name: str) -> Absent:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}", self._reason)

    def __setattr__(self, name: str, value: object) -> None:
        self._refuse()

    def __getitem__(self, key: object) -> Absent:
        return self

    def __or__(self, other: object) -> Absent:
        return self

    __ror__ = __or__

    def __instancecheck__(self, value: object) -> bool:
        return False

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise NotImportedError(f"`{self._name}` is used, and {self._reason}")


for _operation in REFUSED:
    setattr(Absent, _operation, Absent._refuse)


class ForgivingImports(ast.NodeTransformer):
    """Rewrites imports that would end their cell, each name by itself, so that they do not.

    Those inside a function fail where the function is called, and those in a `try` are the
    student's to handle.
    """

    def visit_Import(self, node: ast.Import) -> list[ast.stmt]:
        """`import a, b.c as d`, one name after the other."""
        return [
            self.guarded(ast.Import([alias]), alias.asname or alias.name.partition(".")[0], alias)
            for alias in node.names
        ]

    def visit_ImportFrom(self, node: ast.ImportFrom) -> list[ast.stmt]:
        """`from a import b, c as d`, one name after the other."""
        if node.module == "__future__":
            return [node]
        return [
            self.guarded(
                ast.ImportFrom(node.module, [alias], node.level), alias.asname or alias.name, node
            )
            for alias in node.names
        ]

    def visit(self, node: ast.AST) -> Any:
        """Leave alone what handles its own imports, and what runs them later or elsewhere."""
        return node if isinstance(node, LEFT_ALONE) else super().visit(node)

    def guarded(self, node: ast.stmt, name: str, at: ast.AST) -> ast.stmt:
        """`node` in a `try` that gives `name` its stand-in."""
        handler = ast.parse(f"try: pass\nexcept Exception as {HOOK}_: {HOOK}({name!r}, {HOOK}_)")
        guard = handler.body[0]
        assert isinstance(guard, ast.Try)
        guard.body = [node]
        for part in ast.walk(guard):
            if hasattr(part, "lineno"):
                ast.copy_location(part, at)
        return ast.fix_missing_locations(ast.copy_location(guard, at))


def forgiving(node: ast.stmt) -> list[ast.stmt]:
    """The statement with its imports rewritten."""
    rewritten = ForgivingImports().visit(node)
    return rewritten if isinstance(rewritten, list) else [rewritten]


def handler(
    namespace: dict[str, Any], report: Callable[[str, BaseException], None]
) -> Callable[[str, BaseException], None]:
    """The function that rewritten imports call: it binds the name to a stand-in, and reports the
    error.

    A package that is there keeps its name when only a module inside it is missing, as in
    `import torch.no_such_module`; and `from a import *` binds nothing.
    """

    def failed(name: str, error: BaseException) -> None:
        what = getattr(error, "name", None) or name
        if name != "*":
            stand_in = Absent(name, f"importing it failed here ({type(error).__name__}: {error})")
            try:
                known = __import__(name) if str(what).startswith(f"{name}.") else stand_in
            except Exception:
                known = stand_in
            namespace[name] = known
        report(str(what), error)

    return failed


def in_place_of(names: Iterator[str] | set[str], error: NotImportedError) -> dict[str, Absent]:
    """Stand-ins for the names that a statement would have bound if the import had worked."""
    return {name: Absent(name, f"it needs a name that was not imported: {error}") for name in names}
