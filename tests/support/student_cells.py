"""A student's cells for every kind of call and fault, and the submission made of them."""

import textwrap
from pathlib import Path

import torch

from autograder.errors import StudentFault
from autograder.handin.submission import Submission
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

LIMITS = Limits(call_seconds=60.0, train_seconds=60.0)
SECRET = "kept-from-students-7c1f"
HIDDEN = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6])

CELLS = {
    "cell 1": """
        import ctypes, os, signal, subprocess, sys, time
        import torch
        from torch import nn
        from autograder import check
        """,
    "cell 2": """
        def add(x, *, y=1):
            return x + y

        def nothing(): pass
        def chatter():
            for stream in (sys.stdout, sys.stderr):
                print("x" * 3_000_000, file=stream, flush=True)
            os.write(1, b"PASSED " * 100)
            os.write(2, b'{"score": 100}')
            os.system("echo from a shell")
            check("a3-fgsm", "fgsm")
            return 1

        def spoil(images):
            images.add_(0.5)
            return images

        def stub(): raise NotImplementedError

        class Steps:
            def written(self):
                # 1. Say so.
                return "so"

            def unwritten(self):
                'Tell the time.'
                # 1. Ask for it,
                #    and wait.
                # 2. Tell it.
                raise NotImplementedError

        def last_step():
            # 1. Never come here.
            raise NotImplementedError

        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.layer = nn.Linear(2, 1)

            def forward(self, x):
                return self.layer(x)

        constant = 7
        """,
    "cell 3": """
        def fail(x):
            raise ValueError("the input was " + str(x.tolist()))

        def fail_by_name(x):
            raise type("E" + "".join(map(str, x.tolist())), (ValueError,), {})()

        def fail_by_place(x):
            title = "cell " + "".join(map(str, x.tolist()))
            check_worker = sys.modules["__main__"]
            frames = sys._getframe().f_back
            frames.f_locals["self"].titles.add(title)
            exec(compile("\\n" * 31415 + "1 / 0", title, "exec"), {})

        def fail_by_line(x):
            exec(compile("\\n" * 31415 + "1 / 0", "cell 3", "exec"), {})

        def type_with_a_name(x):
            return type("T" + "".join(map(str, x.tolist())), (), {})()

        class Rude(Exception):
            def __str__(self):
                raise SystemExit(3)

        def rude(): raise Rude()
        def steering(): raise ValueError("\\x1b[2J\\nline two \\ud800 \\u202e" + "x" * 10_000)
        def leave(): sys.exit(0)
        def interrupt(): raise KeyboardInterrupt
        def generator_exit(): raise GeneratorExit
        """,
    "cell 4": """
        def socket_number(): return int(sys.argv[1])
        def vanish(): os._exit(0)
        def close_it(): os.close(socket_number()); time.sleep(60)
        def garbage(): os.write(socket_number(), b"A" * 1000)
        def die(number): os.kill(os.getpid(), number); time.sleep(60)
        def crash(): ctypes.string_at(0)
        def loop():
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True: pass
        def spawn(): return subprocess.Popen(["/bin/sleep", "600"]).pid

        def memory(): return len(bytearray(10**11))
        def tensor_memory(): return torch.ones(10**11).sum().item()
        def file_size():
            with open("big", "wb") as file:
                file.write(bytes(80 << 20))
        def surroundings():
            with open("/proc/self/environ") as file:
                return [dict(os.environ), file.read(), sys.argv, os.listdir(".")]
        def process(): return os.getpid()
        def order(): return hash("label")
        """,
}


def submission_of(cells: dict[str, str]) -> Submission:
    made = [Cell(title, textwrap.dedent(source).strip()) for title, source in cells.items()]
    return Submission(Path("nobody.ipynb"), made, "")


NAMES = [
    *("add", "nothing", "chatter", "spoil", "stub", "last_step", "Net", "constant"),
    *("fail", "fail_by_name", "fail_by_place", "fail_by_line", "type_with_a_name"),
    *("rude", "steering", "leave", "interrupt", "generator_exit"),
    *("vanish", "close_it", "garbage", "die", "crash", "loop", "spawn"),
    *("memory", "tensor_memory", "file_size", "surroundings", "process", "order"),
]


def said(fault: StudentFault) -> str:
    return " ".join([fault.expected, fault.got, fault.cause, fault.hint, str(fault)])
