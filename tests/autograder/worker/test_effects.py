"""Statements that change an object which an answer uses, in any way, are never left out."""

import pytest
from support.loaded_notebook import Notebook

# Each answers 3, if no needed statement was left out.
CHANGES = {
    "singledispatch": """
        from functools import singledispatch
        @singledispatch
        def size(value): return 0
        @size.register
        def _(value: int): return 3
        @size.register(str)
        @size.register(bytes)
        def _(value): return len(value)
        def answer(): return size(1)
        """,
    "registered by a decorator": """
        LOSSES = {}
        def register(function):
            LOSSES[function.__name__] = function
            return function
        @register
        def three(): return 3
        def answer(): return LOSSES["three"]()
        """,
    "registered by a decorator with an argument": """
        LOSSES = {}
        def named(name):
            def keep(function):
                LOSSES[name] = function
                return function
            return keep
        @named("three")
        def _three(): return 3
        def answer(): return LOSSES["three"]()
        """,
    "registered by a decorator of a class": """
        class Registry:
            def __init__(self): self.known = {}
            def __call__(self, function):
                self.known[function.__name__] = function
                return function
        register = Registry()
        @register
        def three(): return 3
        def answer(): return register.known["three"]()
        """,
    "registered by a base class": """
        class Base:
            known = []
            def __init_subclass__(cls): Base.known.append(cls)
        class One(Base): value = 3
        def answer(): return Base.known[0].value
        """,
    "subclasses": """
        class Base: pass
        class One(Base): value = 3
        def answer(): return Base.__subclasses__()[0].value
        """,
    "registered in a loop": """
        TABLE = {}
        def put(name, value): TABLE[name] = value
        for name, value in [("one", 1), ("three", 3)]:
            put(name, value)
        def answer(): return TABLE["three"]
        """,
    "registered by map": """
        TABLE = []
        def put(value): TABLE.append(value)
        list(map(put, [1, 2, 3]))
        def answer(): return TABLE[-1]
        """,
    "filled by a function": """
        CONFIG = {}
        def configure(**options):
            for key, value in options.items():
                CONFIG[key] = value
        configure(n=3)
        def answer(): return CONFIG["n"]
        """,
    "filled by a function of a function": """
        CONFIG = {}
        def put(key, value): CONFIG[key] = value
        def configure(): put("n", 3)
        configure()
        def answer(): return CONFIG["n"]
        """,
    "an argument is changed": """
        CONFIG = {}
        def fill(table): table["n"] = 3
        fill(CONFIG)
        def answer(): return CONFIG["n"]
        """,
    "an argument by keyword": """
        CONFIG = []
        def fill(*, table): table.extend([1, 3])
        fill(table=CONFIG)
        def answer(): return CONFIG[1]
        """,
    "del of an item": """
        TABLE = {"no": 0, "yes": 3}
        del TABLE["no"]
        def answer(): return next(iter(TABLE.values()))
        """,
    "del of a slice": """
        VALUES = [0, 0, 3]
        del VALUES[:2]
        def answer(): return VALUES[0]
        """,
    "by another name": """
        TABLE = {}
        alias = TABLE
        alias["n"] = 3
        def answer(): return TABLE["n"]
        """,
    "by a method kept under a name": """
        VALUES = []
        put = VALUES.append
        put(3)
        def answer(): return VALUES[0]
        """,
    "by a variable of a loop": """
        A, B = {}, {}
        for each in (A, B):
            each["n"] = 3
        def answer(): return B["n"]
        """,
    "by a function that gives it": """
        TABLE = {}
        def table(): return TABLE
        mine = table()
        mine["n"] = 3
        def answer(): return TABLE["n"]
        """,
    "called on the result of a call": """
        TABLE = {}
        TABLE.setdefault("n", []).append(3)
        def answer(): return TABLE["n"][0]
        """,
    "in a comprehension": """
        VALUES = []
        [VALUES.append(i) for i in range(4)]
        def answer(): return VALUES[-1]
        """,
    "in a comprehension over tables": """
        A, B = [], []
        [each.append(3) for each in (A, B)]
        def answer(): return B[0]
        """,
    "exec": "exec('def three(): return 3')\ndef answer(): return three()",
    "exec in a loop": """
        for name, value in {"two": 2, "three": 3}.items():
            exec(f"def {name}(): return {value}")
        def answer(): return three()
        """,
    "globals": "globals().update(n=3)\ndef answer(): return n",
    "globals by item": "globals()['n'] = 3\ndef answer(): return n",
    "vars": "vars()['n'] = 3\ndef answer(): return n",
    "globals in a function": """
        def define(name, value): globals()[name] = value
        define("n", 3)
        def answer(): return n
        """,
    "globals of a frame": """
        import inspect
        inspect.currentframe().f_globals.update(n=3)
        def answer(): return n
        """,
    "globals of a function": "def answer(): return n\nanswer.__globals__.update(n=3)",
    "exec of builtins": "import builtins\nbuiltins.exec('n = 3', globals())\n"
    "def answer(): return n",
    "setting of an imported module": """
        import decimal
        decimal.getcontext().prec = 3
        def answer(): return decimal.getcontext().prec
        """,
    "function of an imported module patched": """
        import math
        math.three = lambda: 3
        def answer(): return math.three()
        """,
    "setattr of an imported module": """
        import math
        setattr(math, "trois", 3)
        def answer(): return math.trois
        """,
    "setting by a call": """
        import sys
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(before + 3)
        def answer(): return sys.getrecursionlimit() - before
        """,
    "method put in by a function": """
        class C: pass
        def extend(cls): cls.three = lambda self: 3
        extend(C)
        def answer(): return C().three()
        """,
    "attribute of a function": """
        def answer(): return answer.n
        def mark(function): function.n = 3
        mark(answer)
        """,
    "attribute of a function, directly": "def answer(): return answer.n\nanswer.n = 3",
    "counted by an instance": """
        class Counter:
            def __init__(self): self.n = 0
            def up(self): self.n += 1
        counter = Counter()
        for _ in range(3): counter.up()
        def answer(): return counter.n
        """,
    "method that changes a global": """
        SEEN = []
        class Trainer:
            def fit(self): SEEN.append(3)
        Trainer().fit()
        def answer(): return SEEN[0]
        """,
    "constructor that changes a global": """
        SEEN = []
        class Plugin:
            def __init__(self): SEEN.append(3)
        Plugin()
        def answer(): return SEEN[0]
        """,
    "through a list of tables": "A, B = {}, {}\n[A, B][1].update(n=3)\ndef answer(): return B['n']",
    "by a method with a harmless name": """
        class Counter:
            n = 0
            def count(self): self.n = 3
        counter = Counter()
        counter.count()
        def answer(): return counter.n
        """,
    "with": """
        import contextlib
        VALUES = []
        @contextlib.contextmanager
        def noting():
            VALUES.append(3)
            yield
        with noting():
            pass
        def answer(): return VALUES[0]
        """,
    "global by a function": """
        n = 0
        def setup():
            global n
            n = 3
        setup()
        def answer(): return n
        """,
    "next": """
        numbers = iter([1, 2, 3])
        next(numbers)
        next(numbers)
        def answer(): return next(numbers)
        """,
    "partial": """
        from functools import partial
        TABLE = {}
        def put(key, value): TABLE[key] = value
        put_n = partial(put, "n")
        put_n(3)
        def answer(): return TABLE["n"]
        """,
    "in a thread": """
        import threading
        TABLE = {}
        def put(): TABLE["n"] = 3
        thread = threading.Thread(target=put)
        thread.start()
        thread.join()
        def answer(): return TABLE["n"]
        """,
    "parameters moved in place": """
        import torch
        from torch import nn
        net = nn.Linear(1, 1, bias=False)
        nn.init.constant_(net.weight, 3.0)
        def answer(): return int(net.weight.item())
        """,
    "trained": """
        import torch
        net = torch.nn.Linear(1, 1, bias=False)
        optimiser = torch.optim.SGD(net.parameters(), lr=1.0)
        for _ in range(2):
            net.weight.grad = net.weight.detach() - 3
            optimiser.step()
        def answer(): return int(net.weight.item())
        """,
    "a hook": """
        import torch
        net = torch.nn.Identity()
        handle = net.register_forward_hook(lambda module, given, out: out + 3)
        def answer(): return int(net(torch.zeros(1)).item())
        """,
}


@pytest.mark.parametrize("source", CHANGES.values(), ids=list(CHANGES))
def test_what_changes_an_answer_runs(source):
    notebook = Notebook("log('not needed')\nunused = [log(i) for i in range(2)]", source)
    assert notebook.errors == []
    assert notebook.answer == 3
    assert notebook.log == []


LEFT_OUT = {
    "training of another network": """
        import torch
        net = torch.nn.Linear(1, 1)
        optimiser = torch.optim.SGD(net.parameters(), lr=log(1) or 1.0)
        for _ in range(3):
            optimiser.zero_grad()
            net(torch.ones(1)).sum().backward()
            optimiser.step()
        """,
    "calls of the answer": "print(answer())\nfound = answer()\nassert found == 3, log('run')",
    "plots": "import matplotlib.pyplot as plt\nplt.plot([log(1) or 1])\nplt.show()",
    "tables of its own": "rows = []\nfor i in range(3):\n    rows.append(answer() + (log(i) or 0))",
}


@pytest.mark.parametrize("source", LEFT_OUT.values(), ids=list(LEFT_OUT))
def test_what_changes_nothing_of_the_answer_is_left_out(source):
    notebook = Notebook("N = 3\ndef answer(): return N", source)
    assert notebook.answer == 3
    assert notebook.log == []


def test_what_is_run_to_be_on_the_safe_side_does_not_end_its_cell():
    notebook = Notebook(
        "TABLE = {}\ndef put(key): TABLE[key] = 1 / 0",
        "put('n')\ndef answer(): return len(TABLE)",
    )
    assert notebook.errors == []
    assert notebook.answer == 0


def test_what_is_run_to_be_on_the_safe_side_has_a_limit_of_time(monkeypatch):
    monkeypatch.setattr("autograder.worker.running.CAUTION_SECONDS", 0.2)
    notebook = Notebook(
        "import time\nVALUES = []",
        "def wait(values):\n    while True: time.sleep(0.01)",
        "wait(VALUES)\nVALUES.append(1)\ndef answer(): return len(VALUES)",
    )
    assert notebook.answer == 0
    assert notebook.unsure == ["answer"]


@pytest.mark.parametrize("call", ["unknown.change()", "unknown.update(mine)", "made()()"])
def test_what_nothing_is_known_of_makes_the_answer_unsure(call):
    notebook = Notebook(
        "import unknown",
        "mine = made = [log(0)]",
        call.replace("made()()", "unknown.made()()"),
        "def answer(): return 3",
    )
    assert notebook.answer == 3
    assert notebook.unsure == ["answer"]


def test_run_whole_everything_above_the_check_runs():
    cells = ("log('above')", "def answer(): return 3", "log('below')")
    notebook = Notebook(*cells, above={"answer": 2}, whole=True)
    assert notebook.log == ["above"]
    assert notebook.answer == 3
    assert notebook.unsure == []
