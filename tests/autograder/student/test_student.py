"""Speaking to a student's code in its worker: what comes back, and what every fault becomes."""

import contextlib
import os
import random
import signal
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
import torch

from autograder.errors import (
    Crash,
    GraderFault,
    Limit,
    Malformed,
    NotWritten,
    StudentFault,
    Timeout,
)
from autograder.handin.submission import Submission
from autograder.student import Network, Student, student_in_worker
from autograder.student.kernel import LiveTransport
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits
from autograder.worker.protocol import Opaque, Ref
from course import defences

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


@pytest.fixture(scope="module")
def shown() -> Iterator[Student]:
    """The student as `autograder check` sees one: messages may be shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", SECRET)
        student = student_in_worker(submission_of(CELLS), NAMES, "none", LIMITS, public=True)
        assert student.notes == []
        with contextlib.closing(student):
            yield student


@pytest.fixture(scope="module")
def hidden(shown) -> Student:
    """The same process as grading sees it: the inputs are hidden."""
    return Student(shown.transport, shown.limits, public=False, cells=shown.cells)


def said(fault: StudentFault) -> str:
    return " ".join([fault.expected, fault.got, fault.cause, fault.hint, str(fault)])


# --- calls ---------------------------------------------------------------------------------------


def test_values_go_out_and_come_back(shown):
    assert torch.equal(shown.call("add", torch.arange(3)), torch.arange(3) + 1)
    assert shown.call("add", 1.5, y=2) == 3.5
    assert shown.call("nothing") is None


def test_what_a_name_is(shown):
    kinds = [shown.kind_of(name) for name in ("add", "Net", "constant", "no_such_name")]
    assert kinds == ["function", "class", "value", "missing"]


def test_a_module_stays_there_and_is_used_by_its_name(shown):
    net = shown.make("Net")
    weight, bias = shown.weights(net)
    images = torch.rand(4, 2)
    torch.testing.assert_close(shown.apply(net, images), images @ weight.T + bias)


def test_the_same_seed_gives_the_same_draws(shown):
    assert all(
        torch.equal(a, b)
        for a, b in zip(
            shown.weights(shown.make("Net")), shown.weights(shown.make("Net")), strict=True
        )
    )


def test_a_network_is_handed_out_with_the_judges_weights(shown):
    network = Network.build("tiny-cnn", 3)
    ref = shown.network(network)
    for sent, there in zip(network.module.state_dict().values(), shown.weights(ref), strict=True):
        assert torch.equal(sent, there)
    images = torch.rand(2, 1, 28, 28)
    torch.testing.assert_close(shown.apply(ref, images), network.module(images))
    traces = shown.traces(ref)
    assert traces["hooks"] == traces["gradients"] == 0
    assert all(shown.traces(shown.network(network, training=True))["training"])


def test_a_defence_is_handed_out_around_the_judges_network(shown):
    network = Network.build("tiny-cnn", 3)
    images = torch.rand(2, 1, 28, 28)
    for name, number in (("quantised", 4.0), ("scaled-logits", 100.0)):
        ref = shown.defence(name, network, number)
        expected = defences.build(name, network.module, number)
        torch.testing.assert_close(shown.apply(ref, images), expected(images))
        assert not any(shown.traces(ref)["training"])


def test_inputs_changed_in_place_stay_as_they_were_here(shown):
    images = torch.zeros(2, 3)
    assert torch.equal(shown.call("spoil", images), torch.full((2, 3), 0.5))
    assert torch.equal(images, torch.zeros(2, 3))


def test_printing_is_harmless_and_goes_nowhere(shown, capfd):
    assert shown.call("chatter") == 1
    assert capfd.readouterr() == ("", "")


def test_the_worker_knows_no_secret_of_the_judge(shown):
    known = repr(shown.call("surroundings"))
    assert SECRET not in known
    assert "COURSE_SECRET" not in known


# --- errors, and what is said of them ------------------------------------------------------------


def test_an_error_is_shown_with_its_place_and_message_where_inputs_are_public(shown):
    with pytest.raises(Crash) as caught:
        shown.call("fail", HIDDEN)
    assert "ValueError in cell 3, line 2" in caught.value.got
    assert "[3, 1, 4" in caught.value.got


def test_an_error_is_shown_with_its_place_alone_where_inputs_are_hidden(hidden):
    with pytest.raises(Crash) as caught:
        hidden.call("fail", HIDDEN)
    assert caught.value.got == "ValueError in cell 3, line 2"
    assert "3, 1, 4" not in said(caught.value)


@pytest.mark.parametrize("name", ["fail_by_name", "fail_by_place", "fail_by_line"])
def test_no_input_comes_out_in_an_errors_name_or_place(hidden, name):
    with pytest.raises(Crash) as caught:
        hidden.call(name, HIDDEN)
    assert "31415" not in said(caught.value)


def test_no_input_comes_out_in_the_name_of_a_type(hidden, shown):
    assert hidden.call("type_with_a_name", HIDDEN) == Opaque("custom")
    assert shown.call("type_with_a_name", HIDDEN) == Opaque("T31415926")


def test_a_stub_is_not_written_yet(shown, hidden):
    for student in (shown, hidden):
        with pytest.raises(NotWritten) as caught:
            student.call("stub")
        assert caught.value.status == "WRONG"
        assert "not written yet" in caught.value.cause


def test_of_several_stubs_in_a_cell_the_first_is_named(shown, hidden):
    with pytest.raises(NotWritten) as caught:
        shown.call("last_step")
    assert "`Steps.unwritten`" in caught.value.cause
    assert caught.value.hint == "Begin with step 1. Ask for it, and wait."
    with pytest.raises(NotWritten) as caught:
        hidden.call("last_step")
    assert "unwritten" not in said(caught.value)


@pytest.mark.parametrize(
    ("name", "arguments", "refusal", "outside"),
    [
        ("fail", (HIDDEN,), True, False),
        ("fail_by_name", (HIDDEN,), True, False),  # a kind of ValueError
        ("rude", (), False, False),
        ("add", (), False, True),  # too few arguments: it has not begun
    ],
)
def test_a_fault_knows_a_refusal_and_whose_code_raised_it(
    hidden, name, arguments, refusal, outside
):
    with pytest.raises(Crash) as caught:
        hidden.call(name, *arguments)
    assert (caught.value.refusal, caught.value.outside) == (refusal, outside)


@pytest.mark.parametrize("training", [True, False])
def test_gradients_of_a_network_are_those_of_the_judges_own(hidden, training):
    network, images = Network.build("tiny-cnn", 3), torch.rand(2, 1, 28, 28)
    found = hidden.gradients(hidden.network(network, training=training), images)
    own = [images.requires_grad_(), *network.module.parameters()]
    right = torch.autograd.grad(network.module(images).sum(), own)
    assert len(found) == len(right)
    for mine, other in zip(found, right, strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("leave", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("generator_exit", "GeneratorExit"),
        ("rude", "Rude"),
    ],
)
def test_leaving_is_an_error_and_the_process_goes_on(shown, name, kind):
    process = shown.call("process")
    with pytest.raises(Crash, match=f"{kind} in cell 3"):
        shown.call(name)
    assert shown.call("process") == process


def test_a_message_is_one_short_line_that_steers_no_terminal(shown):
    with pytest.raises(Crash) as caught:
        shown.call("steering")
    assert caught.value.got.isprintable()
    assert "line two" in caught.value.got
    assert len(caught.value.got) < 700


@pytest.mark.parametrize("name", ["memory", "tensor_memory", "file_size"])
def test_more_than_the_limits_is_refused(shown, name):
    with pytest.raises((Crash, Limit)):
        shown.call(name)
    assert shown.call("add", 1) == 2


# --- a process that is lost ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arguments", "fault"),
    [
        ("vanish", (), Crash),
        ("close_it", (), Crash),
        ("crash", (), Crash),
        ("die", (int(signal.SIGKILL),), Limit),
    ],
)
def test_a_process_that_ends_is_a_fault_and_the_next_call_has_another(
    shown, name, arguments, fault
):
    order = shown.call("order")
    with pytest.raises(fault) as caught:
        shown.call(name, *arguments)
    assert type(caught.value) is fault
    assert shown.call("add", 1) == 2
    assert shown.call("order") == order  # sets are walked in the same order in every run


def test_garbage_on_the_socket_is_malformed(shown):
    with pytest.raises(Malformed):
        shown.call("garbage")
    assert shown.call("add", 1) == 2


def running(process: int) -> bool:
    """Whether a process exists and has not ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_an_endless_loop_ends_in_time_and_leaves_nothing_behind(shown):
    child, worker = shown.call("spawn"), shown.call("process")
    scratch = shown.transport.box.scratch
    assert running(child)
    assert running(worker)
    assert scratch.is_dir()
    start = time.monotonic()
    with pytest.raises(Timeout, match="within 1 seconds"):
        shown.call("loop", seconds=1)
    assert time.monotonic() - start < 30  # it ended by our clock, not by the 60 s of the limits
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert not running(child)
    assert not scratch.exists()
    assert shown.call("add", 1) == 2


# --- starting ------------------------------------------------------------------------------------


def test_cells_that_never_end_are_a_timeout_and_others_are_noted():
    limits = Limits(train_seconds=1.0)
    cells = {"cell 1": "while True:\n    forever = 1", "cell 2": "def f(): return forever"}
    with pytest.raises(Timeout):
        student_in_worker(submission_of(cells), ["f"], "none", limits, public=False)


def test_a_cell_that_fails_is_noted_with_its_place_and_message():
    cells = {
        "cell 1": "def f(): return 1\nf = 1 / 0",
        "cell 2": "def g(: pass",
        "cell 3": "def h(): return 3",
    }
    student = student_in_worker(submission_of(cells), ["f", "h"], "none", LIMITS, public=False)
    with contextlib.closing(student):
        scratch = student.transport.box.scratch
        assert student.call("h") == 3
    assert not any("(cell 2" in note for note in student.notes)  # the place is told once
    assert sorted(note.partition(":")[0] for note in student.notes) == [
        "SyntaxError in cell 2, line 1",
        "ZeroDivisionError in cell 1, line 2",
    ]
    assert not scratch.exists()


def test_a_worker_that_does_not_start_is_the_graders_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(GraderFault):
        student_in_worker(submission_of({}), [], "none", LIMITS, public=False)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    with pytest.raises(GraderFault):
        student_in_worker(submission_of({}), [], "none", LIMITS, public=False)
    assert list(tmp_path.iterdir()) == []


# --- weights that come back ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.build("tiny-cnn", 0)


def tensors(network: Network) -> list[torch.Tensor]:
    return [value.clone() for value in network.module.state_dict().values()]


def test_the_right_weights_make_the_same_network(network):
    other = Network.build("tiny-cnn", 1)
    rebuilt = other.with_weights(tensors(network))
    images = torch.rand(2, 1, 28, 28)
    assert torch.equal(rebuilt.module(images), network.module(images))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda weights: weights[:-1],
        lambda weights: [*weights, weights[0]],
        lambda weights: [],
        lambda weights: [weights[0].flatten(), *weights[1:]],
        lambda weights: [weights[0][None], *weights[1:]],
        lambda weights: [weights[0].double(), *weights[1:]],
        lambda weights: [weights[0].long(), *weights[1:]],
        lambda weights: [weights[0] * torch.nan, *weights[1:]],
        lambda weights: [*weights[:-1], weights[-1] + torch.inf],
    ],
    ids=["missing", "more", "none", "flat", "extra-axis", "float64", "int64", "nan", "inf"],
)
def test_other_weights_are_malformed(network, spoil):
    with pytest.raises(Malformed) as caught:
        network.with_weights(spoil(tensors(network)))
    assert caught.value.got


# --- in the student's own kernel -----------------------------------------------------------------


def live(**names) -> Student:
    return Student(LiveTransport(names), Limits(), public=True)


def test_live_functions_get_copies_and_keep_the_kernels_random_state():
    def spoil(images):
        torch.manual_seed(123)
        random.seed(123)
        numpy.random.seed(123)
        images.add_(1)
        return images

    images = torch.zeros(2)
    before = torch.get_rng_state()
    others = random.getstate(), numpy.random.get_state()[1].tolist()
    assert torch.equal(live(spoil=spoil).call("spoil", images), torch.ones(2))
    assert torch.equal(images, torch.zeros(2))
    assert torch.equal(torch.get_rng_state(), before)
    assert (random.getstate(), numpy.random.get_state()[1].tolist()) == others


def test_live_errors_are_faults():
    def fail():
        raise ValueError("why")

    with pytest.raises(Crash, match="ValueError: why"):
        live(fail=fail).call("fail")


def test_live_answers_that_cannot_cross_are_names():
    student = live(big=lambda: 10**5000, sparse=lambda: torch.eye(2).to_sparse())
    assert isinstance(student.call("big"), Opaque)
    assert isinstance(student.call("sparse"), Opaque)


def test_a_kept_object_is_forgotten_on_close():
    student = live(make=lambda: torch.nn.Linear(1, 1))
    ref = student.make("make")
    assert isinstance(ref, Ref)
    student.close()
    with pytest.raises(Crash):
        student.apply(ref, torch.zeros(1, 1))


# --- with blocks ---------------------------------------------------------------------------------


class Manager:
    """Notes what happens to it; keeps errors from going on if it is told to."""

    def __init__(self, swallows: bool = False) -> None:
        self.swallows = swallows
        self.notes: list[str] = []

    def __enter__(self):
        self.notes.append("entered")
        return self

    def __exit__(self, kind, error, traceback):
        self.notes.append("left" if kind is None else kind.__name__)
        return self.swallows


def test_a_block_is_entered_and_left_and_its_manager_asked():
    student = live(Manager=Manager)
    manager = student.make("Manager")
    given = student.enter(manager)
    assert student.attribute(given, "notes") == ["entered"]
    assert student.leave(manager) is False
    assert student.attribute(manager, "notes") == ["entered", "left"]


@pytest.mark.parametrize("swallows", [True, False])
def test_a_block_is_left_by_an_error(swallows):
    student = live(Manager=Manager)
    manager = student.make("Manager", swallows)
    given = student.enter(manager)
    assert student.leave(manager, failed=True) is swallows
    assert student.attribute(given, "notes") == ["entered", "ErrorInBlock"]


def test_two_blocks_are_left_in_any_order():
    student = live(Manager=Manager)
    first, second = student.make("Manager"), student.make("Manager")
    student.enter(first)
    student.enter(second)
    student.leave(first)
    assert student.attribute(second, "notes") == ["entered"]
    student.leave(second)
    assert student.attribute(second, "notes") == ["entered", "left"]


def test_what_is_no_context_manager_cannot_be_entered():
    student = live(make=object)
    with pytest.raises(Crash, match="context manager"):
        student.enter(student.make("make"))
