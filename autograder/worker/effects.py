"""Finds what a statement may change when it runs, beside the names that it binds.

This is read from the text alone, and on the safe side: a call may change its arguments, and every
other object that they give access to. A student's function changes what its body may change. A call
of a package that is not known here is marked as unsure.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field

from autograder.worker.syntax import (
    DEFINITIONS,
    FUNCTIONS,
    Definition,
    bound_inside,
    constant_names,
    defined_names,
    executed,
    imported_names,
    innermost,
    last_name,
    local_names,
    may_mutate,
    names_in,
    root,
    words,
)

# Calls of these change none of their arguments and call none of them.
PURE_BUILTINS = words(
    "abs all any ascii bin bool bytes callable chr complex dict divmod enumerate float format "
    "frozenset getattr hasattr hash hex id int isinstance issubclass len list max min object oct "
    "ord pow print range repr reversed round set slice sorted str sum super tuple type zip "
    "display check"
)
PURE_METHODS = words(
    "get items keys values copy count index format join split strip startswith endswith replace "
    "mean std sum min max item abs argmax sign clone detach numpy tolist float long double flatten "
    "reshape view permute unsqueeze squeeze size dim numel norm median cpu eq any all shape "
    "parameters named_parameters modules named_modules state_dict children"
)
OPAQUE = {"exec", "eval", "compile", "globals", "locals", "vars", "__builtins__", "__import__"}
OPAQUE_ATTRIBUTES = {"f_globals", "f_locals", "__globals__", "get_objects", "get_referrers"}
OPAQUE_OF_SHELL = {"ex", "run_cell", "run_code", "push", "user_ns", "user_global_ns"}
# Modules whose functions change no argument, and top packages whose functions are known to change
# nothing but their arguments and their own settings.
PURE_MODULES = ("course.metrics", "course.plots", "course.attack_plots", "matplotlib", "math")
KNOWN_PACKAGES = words(
    "course autograder torch torchvision numpy scipy sklearn matplotlib tqdm IPython safetensors "
    "PIL pandas onnx onnxruntime"
)
KNOWN_PACKAGES |= set(sys.stdlib_module_names)
SETTING = re.compile(r"set|use_|enable|disable|register|simplefilter|filterwarnings|putenv|patch")
SEED = re.compile(r"(manual_)?seed")
FRESH = (  # expressions whose value is a new object
    *(ast.Constant, ast.JoinedStr, ast.BinOp, ast.UnaryOp, ast.Compare),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp),
)


@dataclass
class Effects:
    """The effects that running a statement may have.

    touches: names of the notebook whose objects it may change.
    opaque: it may bind or change any name, as `exec` does.
    setting: it changes a module that was imported. seeds: it seeds a random generator of one.
    unsure: it calls a function that is not known.
    """

    touches: set[str] = field(default_factory=set)
    opaque: bool = False
    setting: bool = False
    seeds: bool = False
    unsure: bool = False

    def add(self, other: Effects) -> None:
        """Add the effects of `other`."""
        self.touches |= other.touches
        self.opaque |= other.opaque
        self.setting |= other.setting
        self.unsure |= other.unsure


class Program:
    """The top level of a notebook: the meaning of its names, and what its statements change."""

    def __init__(self, nodes: Sequence[ast.stmt], binds: Sequence[set[str]]) -> None:
        self.imported = dict(imported_names(nodes))
        self.definitions: dict[str, list[Definition]] = {}
        self.methods: dict[str, list[Definition]] = {}
        for name, node in defined_names(nodes):
            self.definitions.setdefault(name, []).append(node)
            for method in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(method, FUNCTIONS):
                    self.methods.setdefault(method.name, []).append(method)
        self.names = set().union(*binds)
        self.constants = constant_names(nodes, binds, self.imported.keys())
        self.known: dict[int, Effects] = {}
        self.reading: dict[int, set[str]] = {}

    def variables(self, names: Iterable[str]) -> set[str]:
        """The names among `names` whose objects can be changed: no import, function or constant."""
        return {
            name
            for name in names
            if name in self.names
            and name not in self.imported
            and name not in self.constants
            and not self.only_functions(name)
        }

    def only_functions(self, name: str) -> bool:
        """Whether `name` is that of a function alone."""
        found = self.definitions.get(name, ())
        return bool(found) and not any(isinstance(node, ast.ClassDef) for node in found)

    def effects(self, node: ast.stmt) -> Effects:
        """The effects of running this statement of the top level."""
        found = Effects()
        parts = list(executed(node))
        own = {name for part in parts for name in bound_inside(part)}
        for part in parts:
            self.add_part(part, found, own)
        if found.touches & own:  # a variable of a comprehension: it may be any object named here
            named = {part.id for part in parts if isinstance(part, ast.Name)}
            found.touches |= self.variables(named)
        found.seeds = self.sets(node, SEED)
        return found

    def add_part(self, part: ast.AST, found: Effects, own: Set[str] = frozenset()) -> None:
        """Add what one part of a statement does; `own` are the names of the function it is in."""
        if isinstance(part, ast.Attribute | ast.Subscript):
            if isinstance(part.ctx, ast.Store | ast.Del):
                roots = set(root(part))
                found.touches |= roots
                found.setting |= bool(roots & self.imported.keys())
            elif isinstance(part, ast.Attribute):
                modules = part.attr == "modules" and self.home(part) == "sys"
                evaluates = part.attr in OPAQUE and self.home(part) == "builtins"
                found.opaque |= modules or evaluates or part.attr in OPAQUE_ATTRIBUTES
        elif isinstance(part, ast.Expr):
            found.setting |= self.sets(part, SETTING)
        elif isinstance(part, ast.Call):
            self.add_call(part, found, own)
        elif isinstance(part, ast.Name) and part.id in OPAQUE and part.id not in self.names:
            found.opaque = True
        elif isinstance(part, DEFINITIONS):
            for decorator in part.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                self.add_call(ast.Call(called, [], []), found)
            if isinstance(part, ast.ClassDef):
                bases = {name for base in part.bases for name in names_in(base)}
                found.touches |= bases & self.definitions.keys()
                for name in bases & self.definitions.keys():
                    found.add(self.called(name))

    def sets(self, part: ast.AST, names: re.Pattern[str]) -> bool:
        """Whether a part is a call of an imported module's function for its effect alone."""
        call = part.value if isinstance(part, ast.Expr) else None
        if not isinstance(call, ast.Call) or not names.match(last_name(call.func)):
            return False
        chained = any(isinstance(inner, ast.Call) for inner in ast.walk(call.func))
        top = self.home(call.func).partition(".")[0]
        return not chained and top not in ("", "course", "matplotlib")

    def home(self, node: ast.AST) -> str:
        """The module, or the object in one, that the name at the root of `node` was imported as."""
        return self.imported.get(next(root(node), ""), "")

    def add_call(self, call: ast.Call, found: Effects, own: Set[str] = frozenset()) -> None:
        """Add what a call may change: what it is called on, its arguments, and what it calls."""
        function = call.func
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        given = {name for value in values for name in names_in(value)}
        changeable = self.variables(given)
        name = next(root(function), "")
        last = last_name(function)
        if name in PURE_BUILTINS and isinstance(function, ast.Name) and name not in self.names:
            pure = name in ("dict", "print", "len", "type", "id", "repr", "isinstance", "check")
            self.add_callbacks(() if pure else given, found)
            return
        self.add_callbacks(given, found)
        if name in ("setattr", "delattr") and values:
            roots = set(root(values[0]))
            found.touches |= roots
            found.setting |= bool(roots & self.imported.keys())
        if name == "get_ipython":
            found.opaque |= last in OPAQUE_OF_SHELL
        elif name in self.imported:
            self.add_imported(self.imported[name], changeable, found)
        elif isinstance(function, ast.Attribute) and name in self.names:
            if last not in PURE_METHODS or last in self.methods:
                found.touches |= {name} | changeable | self.classes(given)
            for method in self.methods.get(last, ()):
                found.add(self.effects_of(method))
        elif isinstance(function, ast.Attribute) and not name:  # "a".join(...), (a + b).sum()
            pure = last in PURE_METHODS
            inside = set() if pure else self.variables(names_in(innermost(function)))
            found.touches |= changeable | inside
            found.unsure |= not (pure or isinstance(innermost(function), FRESH))
        elif name in self.definitions:
            found.add(self.called(name))
            found.touches |= changeable
            if any(map(self.patches, self.definitions[name])):
                found.touches |= given & self.definitions.keys()
        elif name in self.names:
            found.touches |= {name} | changeable | (given & self.definitions.keys())
        else:  # a built-in function, a variable of a loop, or an undefined name
            found.touches |= changeable | (given & self.definitions.keys())
            found.touches |= (given | {name}) & own if last not in PURE_METHODS else set()
            found.unsure |= not (hasattr(builtins, name) or name in own or last in PURE_METHODS)

    def add_imported(self, home: str, changeable: set[str], found: Effects) -> None:
        """Add what a function of an imported module may change."""
        top = home.partition(".")[0]
        found.unsure |= top not in KNOWN_PACKAGES
        if not any(home == pure or home.startswith(f"{pure}.") for pure in PURE_MODULES):
            found.touches |= changeable

    def add_callbacks(self, names: Iterable[str], found: Effects) -> None:
        """Add what the functions among the arguments do: the call may call them."""
        for name in names:
            if self.only_functions(name):
                found.add(self.called(name))

    def classes(self, names: Iterable[str]) -> set[str]:
        """The names of the student's classes among `names`."""
        return {name for name in names if name in self.definitions and self.variables({name})}

    def called(self, name: str) -> Effects:
        """The effects of calling the student's function or class `name`."""
        found = Effects()
        for node in self.definitions.get(name, ()):
            found.add(self.effects_of(node))
        return found

    def effects_of(self, node: Definition) -> Effects:
        """The effects of a function's body, or of any method of a class, when it is called."""
        if id(node) in self.known:
            return self.known[id(node)]
        found = self.known[id(node)] = Effects()  # so far: a function may call itself
        own = local_names(node)
        parts = list(ast.walk(node))
        for part in parts:
            if not isinstance(part, DEFINITIONS):
                self.add_part(part, found, own)
        found.touches -= own
        if any(map(may_mutate, parts)):
            found.touches |= self.variables(names_in(node) - own)
        for part in parts:
            if isinstance(part, ast.Global):
                found.touches |= set(part.names)
        return found

    def patches(self, node: Definition) -> bool:
        """Whether a function sets attributes, which those of another function may be."""
        return any(
            (isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store))
            or (isinstance(part, ast.Name) and part.id == "setattr")
            for part in ast.walk(node)
        )

    def shared_by(self, node: ast.stmt) -> set[str]:
        """The variables that a statement may make new names for, as `table = LOSSES` does."""
        found = self.variables(names_in(node))
        parts = [part.func for part in ast.walk(node) if isinstance(part, ast.Call)]
        called = {part.id for part in parts if isinstance(part, ast.Name)}
        for name in called | names_in(node):
            for inner in self.definitions.get(name, ()):
                found |= self.variables(self.read_by(inner)) - self.definitions.keys()
        return found

    def read_by(self, node: Definition) -> set[str]:
        """The names that a definition reads, by itself or through the functions it reads."""
        if id(node) not in self.reading:
            found = self.reading[id(node)] = set()
            own = local_names(node)
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and part.id not in own:
                    found.add(part.id)
            for name in list(found):
                for inner in self.definitions.get(name, ()):
                    found |= self.read_by(inner)
        return self.reading[id(node)]
