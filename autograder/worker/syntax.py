"""Reads the syntax tree of a statement: the names it binds, reads and calls."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import TypeGuard

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.Call


def parsed(text: str) -> ast.Module | None:
    """The tree of Python text, or None where it cannot be read.

    Python refuses text with more errors than SyntaxError: zeros in it, and expressions that are
    nested too deeply for its stack or its memory.
    """
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# The names of methods that change the object they are called on.
MUTATORS = words(
    "add append clear discard extend insert pop popitem put push register remove reverse "
    "setdefault sort update"
)


def executed(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that run with it: not the bodies of functions."""
    waiting: list[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, FUNCTIONS):
            defaults = [*part.args.defaults, *filter(None, part.args.kw_defaults)]
            waiting += [*part.decorator_list, *defaults]
        else:
            waiting += ast.iter_child_nodes(part)


def may_mutate(part: ast.AST) -> bool:
    """Whether a part of a function changes an object in place, whatever the object is."""
    if isinstance(part, ast.Attribute | ast.Subscript):
        return isinstance(part.ctx, ast.Store | ast.Del)
    if isinstance(part, ast.Expr):
        return isinstance(part.value, ast.Call) and isinstance(part.value.func, ast.Attribute)
    if isinstance(part, ast.Call):
        return isinstance(part.func, ast.Attribute) and part.func.attr in MUTATORS
    return isinstance(part, ast.AugAssign)


def imported_names(nodes: Sequence[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Each name that an import outside a function binds, and the module or object it stands for."""
    for node in nodes:
        for part in executed(node):
            if isinstance(part, ast.Import):
                for alias in part.names:
                    top = alias.name.partition(".")[0]
                    yield alias.asname or top, alias.name if alias.asname else top
            elif isinstance(part, ast.ImportFrom):
                for alias in part.names:
                    yield alias.asname or alias.name, f"{part.module}.{alias.name}"


def defined_names(nodes: Sequence[ast.stmt]) -> Iterator[tuple[str, Definition]]:
    """Each function, class, named lambda and `partial` outside a function."""
    for node in nodes:
        for part in executed(node):
            if isinstance(part, DEFINITIONS):
                yield part.name, part
            elif isinstance(part, ast.Assign) and is_function(part.value):
                for target in part.targets:
                    if isinstance(target, ast.Name):
                        yield target.id, part.value


def is_function(value: ast.expr) -> TypeGuard[ast.Lambda | ast.Call]:
    """Whether an expression makes a function: a lambda, or a function with some arguments given."""
    if isinstance(value, ast.Call):
        return last_name(value.func) in ("partial", "wraps")
    return isinstance(value, ast.Lambda)


def constant_names(
    nodes: Sequence[ast.stmt], binds: Sequence[set[str]], imported: Set[str]
) -> set[str]:
    """Names that are bound only to objects that cannot change: numbers, texts and types."""
    constant: Mapping[bool, set[str]] = {True: set(), False: set()}
    fixed = imported | set(dir(builtins))
    for node, names in zip(nodes, binds, strict=True):
        value = getattr(node, "value", None) if isinstance(node, ast.Assign | ast.AnnAssign) else 0
        plain = isinstance(value, ast.expr) and is_constant(value, fixed)
        constant[plain] |= names
    return constant[True] - constant[False]


def is_constant(value: ast.expr, fixed: Set[str]) -> bool:
    """Whether an expression is written with numbers, texts and the names `fixed` alone."""
    changeable = (ast.Call, ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    parts = list(ast.walk(value))
    slices = [part.slice for part in parts if isinstance(part, ast.Subscript)]
    in_types = {id(part) for each in slices for part in ast.walk(each)}  # Callable[[int], str]
    return not any(
        (isinstance(part, changeable) and id(part) not in in_types)
        or (isinstance(part, ast.Name) and part.id not in fixed)
        for part in parts
    )


def local_names(node: Definition) -> set[str]:
    """The names that belong to a function: its arguments and what it binds."""
    found, foreign = set(), set()
    for part in ast.walk(node):
        found |= set(bound_inside(part))
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            found.add(part.id)
        elif isinstance(part, ast.Global):
            foreign |= set(part.names)
        elif isinstance(part, ast.alias):
            found.add(part.asname or part.name)
        elif isinstance(part, DEFINITIONS) and part is not node:
            found.add(part.name)
    return found - foreign


def bound_inside(part: ast.AST) -> Iterator[str]:
    """The names that are arguments, or variables of a comprehension."""
    if isinstance(part, ast.arg):
        yield part.arg
    elif isinstance(part, ast.comprehension):
        for inner in ast.walk(part.target):
            if isinstance(inner, ast.Name):
                yield inner.id


def last_name(function: ast.AST) -> str:
    """The last part of a called name: `c` of `a.b.c`."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def names_in(node: ast.AST) -> set[str]:
    """The names that an expression reads, those of the functions it calls left out."""
    called = {id(part.func) for part in ast.walk(node) if isinstance(part, ast.Call)}
    return {
        part.id for part in ast.walk(node) if isinstance(part, ast.Name) and id(part) not in called
    }


def root(node: ast.AST) -> Iterator[str]:
    """The name at the root of `a.b[c].d(e).f`, if there is one."""
    node = innermost(node)
    if isinstance(node, ast.Name):
        yield node.id


def innermost(node: ast.AST) -> ast.AST:
    """The expression left when attributes, items and calls are removed: `a` of `a.b[c]`."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node
