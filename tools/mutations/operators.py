"""The rules by which a blind mutant differs from its answer: one place of the syntax tree each.

Docstrings, annotations and the arguments of raised errors are not changed, since their words are
not graded. Changes that can only end in a NameError, such as a removed only assignment, are left
out.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
Place = tuple[str | int, ...]  # the way from the root of a tree to a node: fields and positions


@dataclass(frozen=True)
class Mutation:
    """One change of a tree: its description, and the changed copy."""

    description: str
    tree: ast.AST


def mutations(root: ast.AST) -> Iterator[Mutation]:
    """Every change of one place of a function, a class or an assignment, in the order of the text.

    A description names the statement before and after, and a number where another is the same.
    """
    seen, texts = dict[str, int](), {ast.unparse(root)}
    single = bound_once(root)
    for place, statement in places(root):
        for what, replacement in replacements(at(root, place), single):
            if is_for_effect(root, place) and not isinstance(replacement, ast.Call):
                continue  # without its call it does nothing, as if it were left out
            changed = ast.fix_missing_locations(replaced(root, place, replacement))
            text = ast.unparse(changed)
            if text in texts:
                continue
            texts.add(text)
            before, after = head(at(root, statement)), head(at(changed, statement))
            words = what or f"{before} → {after}"
            seen[words] = seen.get(words, 0) + 1
            yield Mutation(words if seen[words] == 1 else f"{words} ({seen[words]})", changed)


# --- the places -----------------------------------------------------------------------------------


def places(root: ast.AST) -> Iterator[tuple[Place, Place]]:
    """Every node that may change, with the statement that it belongs to."""

    def below(node: ast.AST, place: Place, statement: Place) -> Iterator[tuple[Place, Place]]:
        if isinstance(node, ast.stmt):
            statement = place
        yield place, statement
        for field, child in children(node):
            yield from below(child, (*place, *field), statement)

    yield from below(root, (), ())


def children(node: ast.AST) -> Iterator[tuple[Place, ast.AST]]:
    """The parts of a node, without annotations, docstrings and raised errors."""
    if isinstance(node, ast.Raise):
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases", "format_spec"):
            continue
        for i, child in enumerate(value if isinstance(value, list) else [value]):
            if not isinstance(child, ast.AST) or is_text(child):
                continue
            yield ((name, i) if isinstance(value, list) else (name,)), child


def is_text(node: ast.AST) -> bool:
    """Whether a node is a docstring, or another statement that is only a string."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def at(root: ast.AST, place: Place) -> ast.AST:
    """The node at a place."""
    node: object = root
    for step in place:
        node = node[step] if isinstance(step, int) else getattr(node, step)  # type: ignore[index]
    assert isinstance(node, ast.AST)
    return node


def replaced(root: ast.AST, place: Place, replacement: ast.AST) -> ast.AST:
    """A copy of a tree with another node at a place."""
    if not place:
        return replacement
    changed = copy.deepcopy(root)
    parent: object = changed
    for step in place[:-1]:
        parent = parent[step] if isinstance(step, int) else getattr(parent, step)  # type: ignore[index]
    last = place[-1]
    if isinstance(last, int):
        assert isinstance(parent, list)
        parent[last] = replacement
    else:
        setattr(parent, last, replacement)
    return changed


def is_for_effect(root: ast.AST, place: Place) -> bool:
    """Whether the code there is run for its effect, and its value is not used."""
    if place[-1:] == ("context_expr",):
        return True
    return place[-1:] == ("value",) and isinstance(at(root, place[:-1]), ast.Expr)


def head(node: ast.AST) -> str:
    """A statement on one line; for one with a body only the part above it."""
    if isinstance(node, ast.FunctionDef):
        node = copy.deepcopy(node)
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return f"def {node.name}({ast.unparse(node.args)})"
    if isinstance(node, ast.If | ast.For | ast.While | ast.With):
        node = copy.copy(node)
        node.body, node.orelse = [ast.Pass()], []  # type: ignore[union-attr]
        return ast.unparse(node).partition("\n")[0]
    return " ".join(ast.unparse(node).split())


def bound_once(root: ast.AST) -> set[str]:
    """Names that one place of a tree binds and no other."""
    stored = [
        node.id
        for node in ast.walk(root)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    stored += [node.arg for node in ast.walk(root) if isinstance(node, ast.arg)]
    return {name for name in stored if stored.count(name) == 1}


# --- the rules ------------------------------------------------------------------------------------

Replacements = Iterator[tuple[str, ast.AST]]  # words where the statement alone is not enough


def replacements(node: ast.AST, single: set[str]) -> Replacements:
    """The replacements of one node."""
    if isinstance(node, ast.stmt):
        yield from removed(node, single)
    for kinds, rule in RULES:
        if isinstance(node, kinds):
            for new in rule(node):
                yield "", new


def removed(node: ast.stmt, single: set[str]) -> Replacements:
    """A statement left out, a context manager taken from its block, None instead of a value."""
    if isinstance(node, ast.Return):
        if node.value is not None:
            yield "", ast.Return(ast.Constant(None))
    elif isinstance(node, ast.With):
        for i, item in enumerate(node.items):
            rest = node.items[:i] + node.items[i + 1 :]
            bare = ast.If(ast.Constant(True), node.body, [])
            new = ast.With(rest, node.body) if rest else bare
            if item.optional_vars is None:
                yield f"without `with {ast.unparse(item)}`", new
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {child.id for each in targets for child in ast.walk(each) if is_stored(child)}
        if not names & single:
            yield f"without `{head(node)}`", ast.Pass()
    elif isinstance(node, ast.Raise):
        error = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        yield f"without `raise {ast.unparse(error) if error else ''}`", ast.Pass()
    elif isinstance(node, ast.Expr | ast.AugAssign):
        yield f"without `{head(node)}`", ast.Pass()


def is_stored(node: ast.AST) -> bool:
    """Whether a node binds a name."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def comparison(node: ast.Compare) -> Iterator[ast.expr]:
    """Another comparison in each place, and each side of a longer chain alone."""
    for i, operator in enumerate(node.ops):
        ops = [*node.ops]
        ops[i] = COMPARISONS[type(operator)]()
        yield ast.Compare(node.left, ops, node.comparators)
    if len(node.ops) > 1:
        yield ast.Compare(node.left, node.ops[:-1], node.comparators[:-1])
        yield ast.Compare(node.comparators[0], node.ops[1:], node.comparators[1:])


def calculation(node: ast.BinOp) -> Iterator[ast.expr]:
    """The opposite operator."""
    if (other := OPERATORS.get(type(node.op))) is not None:
        yield ast.BinOp(node.left, other(), node.right)


def in_place(node: ast.AugAssign) -> Iterator[ast.stmt]:
    """The opposite operator, or a plain assignment."""
    if (other := OPERATORS.get(type(node.op))) is not None:
        yield ast.AugAssign(node.target, other(), node.value)
    yield ast.Assign([node.target], node.value, lineno=node.lineno)


def condition(node: ast.BoolOp) -> Iterator[ast.expr]:
    """`or` for `and` and the reverse, and each part left out."""
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield ast.BoolOp(other, node.values)
    for i in range(len(node.values)):
        rest = node.values[:i] + node.values[i + 1 :]
        yield ast.BoolOp(node.op, rest) if len(rest) > 1 else rest[0]


def sign(node: ast.UnaryOp) -> Iterator[ast.expr]:
    """Without the sign, or without `not`."""
    yield node.operand


def constant(node: ast.Constant) -> Iterator[ast.expr]:
    """A number one larger, 0 for 1, the other truth value; texts and None stay."""
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield ast.Constant(node.value + 1)
        if node.value == 1:
            yield ast.Constant(type(node.value)(0))


def call(node: ast.Call) -> Iterator[ast.expr]:
    """Without the call, without the last or one named argument, with two neighbours exchanged.

    Python itself reports most other missing arguments.
    """
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        yield node.func.value
    elif node.args:
        yield node.args[0]
    if node.args:
        yield ast.Call(node.func, node.args[:-1], node.keywords)
    for i in range(len(node.args) - 1):
        swapped = [*node.args]
        swapped[i], swapped[i + 1] = swapped[i + 1], swapped[i]
        yield ast.Call(node.func, swapped, node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])


MODULES = {"F", "math", "nn", "torch"}


def is_module(node: ast.expr) -> bool:
    """Whether an expression names a module, as `torch.nn` does."""
    return ast.unparse(node).partition(".")[0] in MODULES and not isinstance(node, ast.Call)


def negated(node: ast.If) -> Iterator[ast.stmt]:
    """The branch taken when it should not be, where no other rule does that."""
    simple = isinstance(node.test, ast.Compare) and len(node.test.ops) == 1
    if not (isinstance(node.test, ast.UnaryOp) or (simple and reverses(node.test.ops[0]))):
        yield ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)


def reverses(operator: ast.cmpop) -> bool:
    """Whether the comparison that takes this one's place is its opposite."""
    return not isinstance(operator, ast.Lt | ast.LtE | ast.Gt | ast.GtE)


def choice(node: ast.IfExp) -> Iterator[ast.expr]:
    """Always one of the two values."""
    yield from (node.body, node.orelse)


def selection(node: ast.comprehension) -> Iterator[ast.comprehension]:
    """A list of all items instead of some."""
    if node.ifs:
        yield ast.comprehension(node.target, node.iter, [], node.is_async)


Rule = Callable[..., Iterator[ast.AST]]
RULES: tuple[tuple[type[ast.AST], Rule], ...] = (
    (ast.Compare, comparison),
    (ast.BinOp, calculation),
    (ast.AugAssign, in_place),
    (ast.BoolOp, condition),
    (ast.UnaryOp, sign),
    (ast.Constant, constant),
    (ast.Call, call),
    (ast.If, negated),
    (ast.IfExp, choice),
    (ast.comprehension, selection),
)
