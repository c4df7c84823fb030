"""Imports that fail do not end their cell; code that uses them reports the import."""

import pytest
from support.loaded_notebook import Notebook

FORGIVEN = {
    "unused": "import no_such",
    "several": "import math, no_such, json",
    "as": "import no_such.part as part",
    "from": "from no_such import a, b as c",
    "star": "from no_such import *",
    "a module of a package that is there": "import torch.no_such\nx = torch.zeros(1)",
    "a name that a module lacks": "from math import pi, no_such",
    "used at the top level": "import no_such\nno_such.set(1)\nno_such.style.use('dark')",
    "bound from it": "import no_such\ntable = no_such.read('x')\nrows = table.head()",
    "a drive": "from google.colab import drive\ndrive.mount('/content/drive')\n"
    "%cd /content/drive/MyDrive\n!pip install --quiet x",
    "pip": "%pip install no_such\nimport no_such",
    "in annotations": "import no_such as ns\n"
    "def plot(t: ns.Table, a: ns.A | None = None) -> ns.B:\n    return ns.draw(t)",
    "as a base class": "import no_such\nclass Net(no_such.Module):\n    pass",
    "as a decorator": "import no_such\n@no_such.jit\ndef fast():\n    return 1",
    "in an if": "if True:\n    import no_such\n    from no_such import x",
    "in an else": "import sys\nif 'a' in sys.modules:\n    pass\nelse:\n    import no_such",
    "in a with": "import contextlib\nwith contextlib.suppress(ValueError):\n    import no_such",
    "isinstance": "import no_such\nkind = isinstance(1, no_such.Table)",
    "raises something else": "import broken_package_of_a_test",
}


@pytest.mark.parametrize("source", FORGIVEN.values(), ids=list(FORGIVEN))
def test_the_cell_goes_on_behind_it(source, tmp_path, monkeypatch):
    (tmp_path / "broken_package_of_a_test.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    notebook = Notebook(source + "\nN = 3\ndef answer(): return N")
    assert notebook.answer == 3


def test_a_failed_import_is_reported_once_with_its_place():
    (error,) = Notebook("x = 1\nimport no_such\ndef answer(): return 3").errors
    assert (error["type"], error["cell"], error["line"]) == ("ModuleNotFoundError", "cell 1", 2)
    assert "no_such" in error["message"]


def test_an_answer_that_uses_it_says_so():
    notebook = Notebook("import no_such as ns", "def answer(): return ns.draw(1)")
    error = notebook.call("answer")
    assert (error["type"], error["known"]) == ("ImportError", "not imported")
    assert "`ns.draw` is used" in error["message"]
    assert "No module named 'no_such'" in error["message"]


def test_an_answer_made_with_it_says_so():
    notebook = Notebook("import no_such", "@no_such.jit\ndef answer(): return 3")
    assert notebook.present == ["answer"]
    error = notebook.call("answer")
    assert "`answer` is used, and it needs a name that was not imported" in error["message"]


def test_a_try_still_sees_its_import_error():
    notebook = Notebook(
        "try:\n    import no_such\nexcept ImportError:\n    no_such = None",
        "def answer(): return 3 if no_such is None else 0",
    )
    assert notebook.errors == []
    assert notebook.answer == 3


def test_an_import_inside_a_function_fails_where_it_is_called():
    notebook = Notebook("def answer():\n    import no_such\n    return 3")
    assert notebook.errors == []
    assert notebook.call("answer")["type"] == "ModuleNotFoundError"


def test_any_other_failing_statement_still_ends_its_cell():
    notebook = Notebook("import no_such\nN = 1 / 0\ndef answer(): return N", "M = 1")
    assert notebook.present == []
    assert [remark["kind"] for remark in notebook.remarks] == ["ended"]
    assert notebook.remarks[0]["line"] == 2
