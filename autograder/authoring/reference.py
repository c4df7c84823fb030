"""Takes the reference code out of `solutions/` by its syntax tree, for the notebooks that
`autograder build` makes: the names it needs, and stubs filled with its bodies.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder import installed
from course.errors import CourseError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
Function = ast.FunctionDef | ast.AsyncFunctionDef
SNIPPET = "# --8<-- "


@dataclass(frozen=True)
class Reference:
    """The source of one module of `solutions/`."""

    name: str
    text: str

    @classmethod
    def read(cls, root: Path, module: str) -> "Reference":
        """Read `solutions.fgsm` below `root`; CourseError if there is no such file.

        Where `root` has no solutions/, the installed ones are read.
        """
        root = root if (root / "solutions").is_dir() else installed.ROOT
        path = root.joinpath(*module.split(".")).with_suffix(".py")
        if not path.is_file():
            raise CourseError(f"{path}: no such reference module")
        lines = path.read_text(encoding="utf-8").splitlines()
        # The marks of a lecture's snippets are of no use to a student.
        return cls(module, "\n".join(line for line in lines if SNIPPET not in line) + "\n")

    def definition(self, name: str) -> ast.FunctionDef | ast.ClassDef:
        """The function or class of that name; CourseError if the module has none."""
        for node in ast.parse(self.text).body:
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name == name:
                return node
        raise CourseError(f"{self.name} has no function or class {name}")

    def source_of(self, name: str) -> str:
        """The text of a function or class, its docstring too."""
        node = self.definition(name)
        return "\n".join(self.text.splitlines()[node.lineno - 1 : node.end_lineno])

    def body_of(self, function: Function) -> list[str]:
        """The lines below a function's docstring, with comments and indentation."""
        first = function.body[0]
        start = function.body[0].lineno - 1
        if ast.get_docstring(function) is not None:
            start = first.end_lineno or start
        lines = self.text.splitlines()[start : function.end_lineno]
        while lines and not lines[0].strip():
            lines.pop(0)
        return lines

    def free_names(self, name: str) -> set[str]:
        """The names a function or class takes from its module when it runs."""
        node = self.definition(name)
        loaded: set[str] = set()
        stored = {name}
        for child in (grandchild for part in _run_time(node) for grandchild in ast.walk(part)):
            if isinstance(child, ast.Name):
                (loaded if isinstance(child.ctx, ast.Load) else stored).add(child.id)
            elif isinstance(child, ast.arg):
                stored.add(child.arg)
            elif isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                stored.add(child.name)
        return loaded - stored - set(vars(builtins))

    def advice(self, name: str) -> str:
        """The line that an author adds so that `name` is defined."""
        for node in ast.parse(self.text).body:
            if isinstance(node, (ast.Import, ast.ImportFrom)) and name in bound_names([node]):
                return f"add `{ast.unparse(node)}` to a cell above"
        return f"add a cell `# %% given: {name} from {self.name}` above, or write it out there"


def _run_time(node: ast.FunctionDef | ast.ClassDef) -> Iterator[ast.AST]:
    """The nodes that are evaluated when the inserted body runs, without annotations."""
    if isinstance(node, ast.ClassDef):
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                yield from _run_time(part)
        return
    yield from node.body
    for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        yield ast.arg(arg=argument.arg)


def bound_names(statements: Iterable[ast.stmt]) -> set[str]:
    """The names that top-level statements bind: imports, definitions and assignments."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            names |= {alias.asname or alias.name.split(".")[0] for alias in statement.names}
        elif isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
        else:
            stored = (n for n in ast.walk(statement) if isinstance(n, ast.Name))
            names |= {n.id for n in stored if isinstance(n.ctx, ast.Store)}
    return names


def fill_stub(stub: str, reference: Reference, where: str) -> str:
    """Put the reference's body below the docstring and steps of each empty function of a stub.

    A function that already has code is given to the student and stays as it is.

    Raises:
        CourseError: the signatures differ, or nothing in the stub is left to fill.
    """
    lines = stub.splitlines()
    holes = list(_holes(ast.parse(stub)))
    if not holes:
        raise CourseError(f"{where}: the stub has no empty function to fill")
    for path, function in reversed(holes):
        answer = _matching(path, function, reference, where)
        indent = " " * (function.col_offset + 4)
        end = _block_end(lines, function)
        lines[end:end] = [indent + BEGIN, *reference.body_of(answer), indent + END]
    return "\n".join(lines)


def _holes(module: ast.Module) -> Iterator[tuple[list[str], ast.FunctionDef]]:
    for node in module.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = [node.name] if isinstance(node, ast.ClassDef) else []
        for function in inside:
            if not isinstance(function, ast.FunctionDef) or len(function.body) > 1:
                continue
            if ast.get_docstring(function) is not None:
                yield [*prefix, function.name], function


def _matching(
    path: list[str], stub: ast.FunctionDef, reference: Reference, where: str
) -> ast.FunctionDef:
    found: ast.stmt | None = reference.definition(path[0])
    if isinstance(found, ast.ClassDef):
        methods = (part for part in found.body if isinstance(part, ast.FunctionDef))
        found = next((method for method in methods if method.name == path[-1]), None)
    name = ".".join(path)
    if not isinstance(found, ast.FunctionDef):
        raise CourseError(f"{where}: {reference.name} has no {name}")
    if _parameters(stub) != _parameters(found):
        raise CourseError(
            f"{where}: {name}({_parameters(stub)}) in the stub, "
            f"{name}({_parameters(found)}) in {reference.name}"
        )
    return found


def _parameters(function: ast.FunctionDef) -> str:
    bare = ast.parse(ast.unparse(function.args).join(("def f(", "): ...")))
    for node in ast.walk(bare):
        if isinstance(node, ast.arg):
            node.annotation = None
    signature = bare.body[0]
    assert isinstance(signature, ast.FunctionDef)
    return ast.unparse(signature.args)


def _block_end(lines: list[str], function: ast.FunctionDef) -> int:
    """The line below a function's last comment: comments are not in the syntax tree."""
    end = last = function.end_lineno or function.lineno
    while end < len(lines):
        line = lines[end]
        if line.strip() and len(line) - len(line.lstrip()) <= function.col_offset:
            break
        end += 1
        if line.strip():
            last = end
    return last
