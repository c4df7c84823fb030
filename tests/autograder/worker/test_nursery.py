"""The parent of preloaded workers: the effects when it is killed, and its secrets."""

import contextlib
import os
import signal
import threading
import time
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.errors import GraderFault
from autograder.grading.jobs import Job, Task
from autograder.grading.slots import Slot
from autograder.handin.submission import Submission
from autograder.judge.judge import Judge
from autograder.judge.made import Made
from autograder.judge.setting import Setting
from autograder.sandbox import box, bubblewrap, preloaded
from autograder.sandbox.preloaded import Nurseries
from autograder.sandbox.watch import runs, tree
from autograder.student import Student, student_in_worker
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

pytestmark = pytest.mark.skipif(
    bool(sandbox.trouble("strong")), reason=sandbox.trouble("strong") or "no trouble"
)

CODE = """
import os, time

def add(number):
    return number + 1

def sleep():
    time.sleep(60)
"""


@pytest.fixture
def nurseries(monkeypatch):
    """Parents for this test alone."""
    own = Nurseries()
    monkeypatch.setattr(box, "NURSERIES", own)
    yield own
    own.close("strong")


def student(level="strong"):
    read = Submission(Path("a.py"), [Cell("a.py", CODE)], "")
    return student_in_worker(read, ["add", "sleep"], level, Limits(), public=True)


def innermost(nurseries) -> int:
    """The parent itself; above it are bubblewrap's two processes."""
    return max(int(path.name) for path in nurseries.found["strong"].processes)


def wait_until(condition, seconds=20) -> bool:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_killing_the_parent_is_the_graders_fault_and_the_next_call_has_another(nurseries):
    with contextlib.closing(student()) as one:
        assert one.call("add", 1) == 2
        worker = Path("/proc") / str(one.transport.box.process.pid)
        parent = innermost(nurseries)
        os.kill(parent, signal.SIGKILL)
        with pytest.raises(GraderFault):
            one.call("sleep")
        assert wait_until(lambda: not runs(worker))
        assert one.call("add", 1) == 2
        assert innermost(nurseries) != parent


def test_a_parent_killed_between_submissions_is_replaced(nurseries):
    with contextlib.closing(student()) as one:
        assert one.call("add", 1) == 2
    os.kill(innermost(nurseries), signal.SIGKILL)
    with contextlib.closing(student()) as one:
        assert one.call("add", 2) == 3
    assert nurseries.trouble == {}


@pytest.mark.slow
def test_a_submission_whose_parent_is_killed_is_judged_again_and_never_marked(
    nurseries, tmp_path, monkeypatch
):
    (tmp_path / "a3-fgsm.py").write_text("def fgsm(model, images, labels, epsilon): return images")

    kind_of = Student.kind_of

    def killed(one, name):
        os.kill(innermost(nurseries), signal.SIGKILL)
        return kind_of(one, name)

    monkeypatch.setattr(Student, "kind_of", killed)
    result = Judge(Setting("a3-fgsm", "digits"), "strong").judge("zoe", tmp_path / "a3-fgsm.py")
    assert result.status == "INFRA"
    assert result.score is None


def test_the_parent_holds_no_descriptor_of_a_worker_and_nothing_of_the_environment(
    nurseries, monkeypatch
):
    monkeypatch.setenv("AUTOGRADER_TEST_SECRET", "hidden")
    with contextlib.closing(student()) as one, contextlib.closing(student()) as two:
        assert (one.call("add", 1), two.call("add", 2)) == (2, 3)
        parent = Path("/proc") / str(innermost(nurseries))
        open_files = [os.readlink(entry) for entry in (parent / "fd").iterdir()]
        assert sorted(name.partition(":")[0] for name in open_files) == ["/dev/null"] * 2 + [
            "socket",
            "socket",
        ]
        assert b"AUTOGRADER_TEST_SECRET" not in (parent / "environ").read_bytes()
        assert len(list((parent / "task").iterdir())) == 1


def test_nothing_is_left_of_a_worker(nurseries):
    with contextlib.closing(student()) as one:
        one.call("add", 1)
    parents = nurseries.processes()
    assert wait_until(
        lambda: not [p for p in tree(nurseries.found["strong"].process.pid) if p not in parents]
    )


def test_a_box_that_cannot_be_furnished_runs_no_students_code(nurseries, monkeypatch):
    student().close()
    monkeypatch.setattr(bubblewrap, "WRITABLE", ("/no-such-folder",))  # the parent has none such
    with pytest.raises(GraderFault):
        student()


def test_without_a_parent_workers_are_started_cold(nurseries, monkeypatch):
    monkeypatch.setattr(bubblewrap, "parent_command", lambda inner: ["/bin/false"])
    with contextlib.closing(student()) as one:
        assert one.call("add", 1) == 2
        assert not isinstance(one.transport.box.process, preloaded.Forked)
    assert nurseries.trouble.keys() == {"strong"}


@pytest.mark.parametrize("way", ["preloaded", "cold"])
def test_a_worker_that_lacks_a_file_of_ours_is_the_graders_fault(nurseries, monkeypatch, way):
    files = [name for name in bubblewrap.WORKER_FILES if name != "errors.py"]
    monkeypatch.setattr(bubblewrap, "WORKER_FILES", files)
    if way == "cold":
        monkeypatch.setattr(box, "LEVELS_PRELOADED", ())
    with pytest.raises(GraderFault):
        student()


@pytest.mark.slow
def test_when_a_slot_is_killed_its_parent_and_its_worker_end_with_it(tmp_path):
    endless = "def fgsm(model, images, labels, epsilon, wait=[0 for _ in iter(int, 1)]): pass"
    (tmp_path / "a3-fgsm.py").write_text(endless)
    slot = Slot("strong")
    slot.begin(Task("a3-fgsm", "digits", "strong", "00" * 32), Made(b""))
    judging = threading.Thread(target=slot.judge, args=(Job("zoe", str(tmp_path / "a3-fgsm.py")),))
    judging.start()
    # bubblewrap's two processes and the parent, a worker's monitor, its first process, itself
    wait_until(lambda: len(tree(slot.process.pid)[1:]) >= 6, seconds=120)
    below = tree(slot.process.pid)[1:]
    assert len(below) >= 6
    os.kill(slot.process.pid, signal.SIGKILL)
    judging.join()
    assert wait_until(lambda: not any(map(runs, below)))
    slot.kill()
