"""Students' code behaves here as in their own kernel."""

import pickle
import subprocess
import sys
import textwrap

import pytest
from support.loaded_notebook import Notebook

SAME = {
    "annotations are objects": "def f(x: int): pass\ndef answer():\n"
    "    return 3 if f.__annotations__['x'] is int else 0",
    "dataclasses see ClassVar": "from dataclasses import dataclass, fields\n"
    "from typing import ClassVar\n@dataclass\nclass C:\n    a: ClassVar[int] = 1\n    b: int = 3\n"
    "def answer(): return C().b * len(fields(C))",
    "top-level await": "import asyncio\nasync def three():\n    await asyncio.sleep(0)\n"
    "    return 3\nn = await three()\ndef answer(): return n",
    "await in an expression": "import asyncio\n"
    "n = [await asyncio.sleep(0, 3) for _ in range(1)][0]\ndef answer(): return n",
    "async with": "import contextlib\nasync with contextlib.AsyncExitStack() as stack:\n    n = 3\n"
    "def answer(): return n",
    "asyncio.run inside": "import asyncio\nasync def three(): return 3\n"
    "def answer(): return asyncio.run(three())",
    "name": "def answer(): return 3 if __name__ == '__main__' else 0",
    "main guard": "n = 0\nif __name__ == '__main__':\n    n = 3\ndef answer(): return n",
    "timed line": "%time n = 3\ndef answer(): return n",
    "indented magic": "if True:\n    %time n = 3\ndef answer(): return n",
}


@pytest.mark.parametrize("source", SAME.values(), ids=list(SAME))
def test_the_same_as_in_a_kernel(source):
    notebook = Notebook(source)
    assert notebook.errors == []
    assert notebook.answer == 3


def test_a_future_import_holds_for_later_cells_and_not_for_earlier_ones():
    notebook = Notebook(
        "def before(x: int): pass",
        "from __future__ import annotations",
        "def behind(x: int): pass",
        "def answer(): return before.__annotations__['x'] is int, behind.__annotations__['x']",
    )
    assert notebook.answer == (True, "int")


def test_names_of_the_notebook_are_found_in_main():
    """Process pools find them there; the test has its own process, since it replaces `__main__`."""
    code = """
    import pickle
    from autograder.worker.cells import Cell
    from autograder.worker.loading import Loaded
    from autograder.worker.running import main_module
    names = main_module()
    names.update(__builtins__=__builtins__)
    source = "def one(x): return x + 1\\nclass C: pass\\ndef answer(): return one"
    loaded = Loaded([Cell("cell 1", source)], names)
    print(loaded.run(["answer"], {}, whole=False)["present"])
    assert pickle.loads(pickle.dumps(names["answer"]()))(2) == 3
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['answer']"
    assert pickle.loads(pickle.dumps(len)) is len


ERRORS = {
    "gpu": ("raise AssertionError('Torch not compiled with CUDA enabled')", "gpu"),
    "driver": ("raise RuntimeError('Found no NVIDIA driver on your system.')", "gpu"),
    "two devices": (
        "raise RuntimeError('Expected all tensors to be on the same device, but found at least two "
        "devices, cuda:0 and cpu!')",
        "gpu",
    ),
    "moved images": (
        "raise RuntimeError('Input type (torch.cuda.FloatTensor) and weight type "
        "(torch.FloatTensor) should be the same')",
        "gpu",
    ),
    "input": ("raise EOFError('EOF when reading a line')", "input"),
    "an assert": ("assert False, 'epsilon'", ""),
}


@pytest.mark.parametrize(("code", "known"), ERRORS.values(), ids=list(ERRORS))
def test_known_mistakes_are_told_apart(code, known):
    assert Notebook(f"def answer():\n    {code}").call("answer")["known"] == known


def test_a_method_that_is_nearly_called_forward_is_named():
    notebook = Notebook(
        "import torch\nclass Net(torch.nn.Module):\n    def forwards(self, x): return x\n"
        "def answer(): return Net()(torch.zeros(1))"
    )
    error = notebook.call("answer")
    assert (error["unwritten"], error["known"], error["near"]) == (False, "no forward", "forwards")


def test_a_name_that_is_nearly_there_is_named():
    notebook = Notebook("def helper(): return 3\ndef answer(): return helpers()")
    assert notebook.call("answer")["near"] == "helper"


def test_cells_of_a_script_share_its_name_and_count_its_lines():
    notebook = Notebook("x = 1", "y = 2", "def answer(): return 1 / 0")
    cells = [
        {"title": "a.py", "source": "x = 1\n\n", "first_line": 1},
        {"title": "a.py", "source": "def answer():\n    return 1 / 0", "first_line": 3},
    ]
    notebook.load(cells)
    error = notebook.call("answer")
    assert (error["cell"], error["line"]) == ("a.py", 4)
