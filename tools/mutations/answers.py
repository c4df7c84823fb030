"""Selects the parts of each reference answer to change, and makes the hand-ins.

The graded functions are changed, and the functions of their module that they use. A helper that
comes from an earlier assignment's module is changed there.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import mutants

from autograder import catalog
from autograder.authoring.reference import Reference, bound_names
from mutations.operators import mutations

FUTURE = "from __future__ import annotations\n"


@dataclass(frozen=True)
class BlindMutant:
    """One hand-in: the assignment, the change, its function or name, the whole text."""

    assignment: str
    name: str
    mutation: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """The key that distinguishes it from all others."""
        return self.assignment, self.name, self.mutation

    @property
    def id(self) -> str:
        """A short name for files, made from the whole hand-in."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]


def blind_mutants(assignment: str) -> Iterator[BlindMutant]:
    """Every blind mutant of one assignment's answer."""
    answer = ast.parse(FUTURE + mutants.reference(assignment))
    for name in changed_names(assignment):
        where = max(i for i, part in enumerate(answer.body) if name in bound_names([part]))
        for mutation in mutations(answer.body[where]):
            assert isinstance(mutation.tree, ast.stmt)
            body = [*answer.body[:where], mutation.tree, *answer.body[where + 1 :]]
            text = ast.unparse(ast.Module(body, []))
            yield BlindMutant(assignment, name, mutation.description, text + "\n")


def unchanged(assignment: str) -> BlindMutant:
    """The answer itself, written as its mutants are: it must get full marks."""
    text = ast.unparse(ast.parse(FUTURE + mutants.reference(assignment)))
    return BlindMutant(assignment, "the answer", "unchanged", text + "\n")


def changed_names(assignment: str) -> list[str]:
    """The graded names, and names of their module that they use, in the order of the text."""
    module = f"solutions.{mutants.REFERENCE[assignment][-1]}"
    reference = Reference.read(mutants.ROOT, module)
    own = [part for part in ast.parse(reference.text).body if not is_import(part)]
    found, todo = set[str](), [*catalog.assignment(assignment).names]
    while todo:
        name = todo.pop()
        if name not in found and any(name in bound_names([part]) for part in own):
            found.add(name)
            for part in own:
                if isinstance(part, ast.FunctionDef | ast.ClassDef) and part.name == name:
                    todo += reference.free_names(name) | names_in_defaults(part)
    return [name for part in own for name in sorted(bound_names([part])) if name in found]


def is_import(statement: ast.stmt) -> bool:
    """Whether a statement imports something."""
    return isinstance(statement, ast.Import | ast.ImportFrom)


def names_in_defaults(definition: ast.FunctionDef | ast.ClassDef) -> set[str]:
    """The names that stand in the default values of a function, or of a class's methods."""
    signatures = [part for part in ast.walk(definition) if isinstance(part, ast.arguments)]
    defaults = [value for each in signatures for value in (*each.defaults, *each.kw_defaults)]
    inside = (part for value in defaults if value for part in ast.walk(value))
    return {part.id for part in inside if isinstance(part, ast.Name)}
