"""The statements of a notebook that run for the graded names, and cells as Python."""

import ast
from pathlib import Path

import pytest
from support.loaded_notebook import Notebook

from autograder import catalog
from autograder.handin import submission
from autograder.worker import slicing
from autograder.worker.cells import python_source

ROOT = Path(__file__).parents[3]


def test_training_plots_and_prints_are_left_out():
    notebook = Notebook(
        "import torch",
        "def answer():\n    return 1",
        "log('trained')\nlosses = [log('epoch') for _ in range(3)]",
        "import matplotlib.pyplot as plt\nplt.plot([1])\nraise RuntimeError('never run')",
        "print(answer())",
    )
    assert notebook.answer == 1
    assert notebook.log == []
    assert notebook.errors == []
    assert "plt" in notebook.names  # imports always run


def test_names_of_arguments_and_local_variables_are_no_reason_to_run_anything():
    notebook = Notebook(
        """
        def answer(model=None, images=2):
            losses = [images for image in range(3)]
            return sum(losses)
        """,
        "model = log('built')\nimages = log('loaded')\nlosses = log('trained')\nimage = log('x')",
    )
    assert notebook.answer == 6
    assert notebook.log == []


KEPT = {
    "helper": "def helper():\n    return 3\ndef answer():\n    return helper()",
    "helper's helper": "two = 2\ndef one(): return two\ndef helper(): return one() + 1\n"
    "answer = lambda: helper()",
    "constant": "EPSILON = 3\ndef answer():\n    return EPSILON",
    "constant after use": "def answer():\n    return EPSILON\nEPSILON = 3",
    "constant in a nested function": "N = 3\ndef answer():\n    def inner(): return N\n"
    "    return inner()",
    "constant in a comprehension": "N = 3\ndef answer():\n    return [N for _ in range(1)][0]",
    "default argument": "N = 3\ndef answer(n=N):\n    return n",
    "decorator": "def three(f):\n    return lambda: 3\n@three\ndef answer():\n    return 0",
    "decorated again": "def answer():\n    return 0\nanswer = (lambda f: lambda: 3)(answer)",
    "star import": "from math import *\ndef answer():\n    return int(pi)",
    "import in try": "try:\n    import no_such_module as m\nexcept ImportError:\n    m = None\n"
    "def answer():\n    return 3 if m is None else 0",
    "alias": "import math as m\ndef answer():\n    return m.floor(m.pi)",
    "walrus": "print(n := 3)\ndef answer():\n    return n",
    "walrus in a comprehension": "[n := i for i in range(4)]\ndef answer():\n    return n",
    "unpacking": "(a, *b), c = (1, 2), 0\ndef answer():\n    return a + b[0] + c",
    "augmented": "n = 1\nn += 2\ndef answer():\n    return n",
    "for": "n = 0\nfor i in range(4):\n    n = i\ndef answer():\n    return n",
    "filled in a loop": "values = []\nfor i in range(3):\n    if True:\n"
    "        values.append(1)\ndef answer():\n    return len(values)",
    "if": "import sys\nif sys.version_info > (3,):\n    def answer(): return 3\n"
    "else:\n    def answer(): return 0",
    "with": "import contextlib\nwith contextlib.nullcontext(3) as n:\n    pass\n"
    "def answer():\n    return n",
    "try": "try:\n    n = 1 / 0\nexcept ZeroDivisionError:\n    n = 3\ndef answer(): return n",
    "changed by a method": "values = [1, 2]\nvalues.append(3)\n"
    "def answer():\n    return values[-1]",
    "changed by an item": "table = {}\ntable['n'] = 3\ndef answer():\n    return table['n']",
    "changed by an attribute": "class C:\n    n = 0\nC.n = 3\ndef answer():\n    return C().n",
    "method patched in": "class C:\n    pass\ndef method(self): return 3\nC.method = method\n"
    "def answer():\n    return C().method()",
    "setattr": "class C:\n    pass\nsetattr(C, 'n', 3)\ndef answer():\n    return C.n",
    "base class": "class Base:\n    n = 3\nclass C(Base):\n    pass\ndef answer():\n    return C.n",
    "class body": "N = 3\nclass C:\n    n = N\ndef answer():\n    return C.n",
    "set by a function": "def setup():\n    global n\n    n = 3\nsetup()\n"
    "def answer():\n    return n",
    "redefined": "def answer():\n    return 0\ndef answer():\n    return 3",
    "deleted and made again": "n = 0\ndel n\nn = 3\ndef answer():\n    return n",
    "partial": "from functools import partial\ndef f(n): return n\nanswer = partial(f, 3)",
    "future annotations": "from __future__ import annotations\n"
    "def answer(x: Later | None = None) -> Later:\n    return 3\nclass Later: pass",
    "match": "match 3:\n    case n:\n        pass\ndef answer():\n    return n",
}


@pytest.mark.parametrize("source", KEPT.values(), ids=list(KEPT))
def test_what_the_answer_depends_on_runs(source):
    notebook = Notebook("log('not needed')", source)
    assert notebook.errors == []
    assert notebook.answer == 3
    assert notebook.log == []


def test_a_model_that_the_answer_uses_is_put_in_eval_mode_as_in_the_notebook():
    notebook = Notebook(
        """
        from torch import nn
        model = nn.Linear(1, 1)
        model.eval()
        def answer():
            return model.training
        """
    )
    assert notebook.answer is False


def test_the_last_definition_wins_across_cells():
    notebook = Notebook("def answer(): return 1", "def answer(): return 2")
    assert notebook.answer == 2


def test_a_name_made_by_exec_makes_everything_run():
    notebook = Notebook("exec('def ' + 'answer(): return 5')", "log('all of it')")
    assert notebook.answer == 5
    assert notebook.log == ["all of it"]


def test_a_missing_name_is_reported_missing():
    notebook = Notebook("def other(): return 1", names=("answer", "other"))
    assert notebook.present == ["other"]


@pytest.mark.parametrize(
    "broken",
    ["def f(:", "x = (", "  indented\nnot", "a\0b", "return 1", "(" * 50_000, "print 'two'", "%%"],
    ids=["def", "open", "indent", "nul", "return", "deep", "python 2", "bare magic"],
)
def test_a_cell_that_cannot_be_parsed_leaves_the_others(broken):
    notebook = Notebook("def helper(): return 2", broken, "def answer(): return helper()")
    assert notebook.answer == 2
    assert [error["cell"] for error in notebook.errors] in (["cell 2"], [])


def test_a_syntax_error_is_reported_with_its_place():
    (error,) = Notebook("x = 1\ndef answer(:\n    pass").errors
    assert (error["type"], error["cell"], error["line"]) == ("SyntaxError", "cell 1", 2)


def test_a_statement_that_fails_ends_its_cell_and_is_reported_with_its_place():
    notebook = Notebook(
        "a = 1\nb = 1 / 0\nc = 3", "def answer(): return a, b, c", "def two(): return 2"
    )
    (error,) = notebook.errors
    assert (error["type"], error["cell"], error["line"]) == ("ZeroDivisionError", "cell 1", 2)
    assert "c" not in notebook.names
    assert notebook.present == ["answer"]


@pytest.mark.parametrize("error", ["SystemExit(0)", "KeyboardInterrupt", "GeneratorExit"])
def test_a_cell_that_ends_the_program_is_an_error_like_any_other(error):
    notebook = Notebook(f"x = 1\nif x:\n    raise {error}", "def answer(): return x")
    assert notebook.answer == 1
    notebook = Notebook(f"def f():\n    raise {error}\nx = f()", "def answer(): return 1, x")
    assert notebook.errors[0]["type"] == error.removesuffix("(0)")
    assert notebook.present == ["answer"]


# --- other content of notebooks than Python ------------------------------------------------------

MAGICS = {
    "line magic": "%matplotlib inline\ndef answer():\n    return 3",
    "shell": "!pip install x\ndef answer():\n    return 3",
    "shell assigned": "files = !ls\ndef answer():\n    return 3",
    "timed cell": "%%time\ndef answer():\n    return 3",
    "captured cell": "\n%%capture out\ndef answer():\n    return 3",
    "help before": "?answer\ndef answer():\n    return 3",
    "help behind": "def answer():\n    return 3\nanswer?",
    "shell in if": "if False:\n    !rm x\ndef answer():\n    return 3",
    "modulo at a line's start": "def answer():\n    return (7\n        % 4)",
    "percent in text": 'text = """\n%time\n!x\n?y\n"""\n'
    'def answer():\n    return 3 if text[1] == "%" else 0',
    "CRLF": "def answer():\r\n    n = 3\r\n    return n\r\n",
    "old Mac": "def answer():\r    return 3\r",
    "BOM": "\ufeffdef answer():\n    return 3",
    "tabs": "def answer():\n\tif True:\n\t\treturn 3",
    "form feed": "x = 1\n\f\ndef answer():\n    return 3",
    "no newline, comment last": "def answer(): return 3 # ünï?",
    "names not in ASCII": "größe = 3\ndef answer():\n    return größe",
    "display": "display(1)\nget_ipython().run_line_magic('x', '')\ndef answer():\n    return 3",
    "semicolons": "a = 1; b = 2;\ndef answer(): return a + b",
}


@pytest.mark.parametrize("source", MAGICS.values(), ids=list(MAGICS))
def test_cells_are_read_as_a_notebook_reads_them(source):
    notebook = Notebook(source)
    assert notebook.errors == []
    assert notebook.answer == 3


def test_a_cell_in_another_language_is_left_alone():
    notebook = Notebook("%%bash\nrm -r x", "def answer(): return 3")
    assert notebook.errors == []
    assert notebook.answer == 3


@pytest.mark.parametrize("first", ["%%time", "%matplotlib inline", "!ls"])
def test_lines_keep_their_numbers_below_a_magic(first):
    (error,) = Notebook(f"{first}\n\nanswer = 1 / 0").errors
    assert error["line"] == 3


def test_an_answer_can_read_its_own_source():
    notebook = Notebook("import inspect\ndef answer():\n    return inspect.getsource(answer)")
    assert notebook.answer.startswith("def answer")


# --- released notebooks --------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", sorted(catalog.ASSIGNMENTS))
def test_what_a_released_notebook_shows_is_left_out(assignment):
    """Its trainings would run for every student, and again for each one that loses a point."""
    known = catalog.assignment(assignment)
    path = ROOT / "assignments" / "source" / assignment / f"{assignment}.ipynb"
    read = submission.read(path, [exercise.id for exercise in known.exercises], assignment)
    code = [
        item
        for place, cell in enumerate(read.cells)
        for item in slicing.statements(cell, python_source(cell.source), place)
    ]
    plan = slicing.needed(code, known.names, read.above)
    cautions = [ast.unparse(code[index].node) for index in sorted(plan.cautious)]
    assert [line for line in cautions if "manual_seed" not in line] == []
    assert not any("fit(" in ast.unparse(code[index].node) for index in plan.needed)
    assert plan.unsure <= {"CNN"}  # a later cell uses the class; nothing is trained above it
