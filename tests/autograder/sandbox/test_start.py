"""A worker that does not start reports the reason to the instructor alone."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from support import checkout

from autograder import cli, sandbox
from autograder.errors import GraderFault
from autograder.exports.gradescope import results_json
from autograder.handin.submission import Submission
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.sandbox import box, doctor
from autograder.sandbox.preloaded import Nurseries
from autograder.sandbox.stderr import LONGEST, StandardError
from autograder.student import student_in_worker
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

CAUSE = "libtorch_cpu.so: cannot open shared object file"
BROKEN = """
import runpy, sys

class WithoutPyTorch:
    def find_spec(name, *_):
        if name == "torch":
            raise ImportError({cause!r})

sys.meta_path.insert(0, WithoutPyTorch)
runpy.run_module({module!r}, None, "__main__", alter_sys=True)
"""
LOUD = """
import os, sys

print("printed while the cells run", file=sys.stderr)

def shout():
    print("printed in a call", file=sys.stderr, flush=True)
    os.write(2, b"written to the descriptor")
    return 1
"""


def levels():
    return [
        pytest.param(
            level,
            marks=pytest.mark.skipif(
                bool(sandbox.trouble(level)), reason=sandbox.trouble(level) or "no trouble"
            ),
        )
        for level in ("strong", "medium")
    ]


@pytest.fixture
def nurseries(monkeypatch):
    """Parents for this test alone."""
    own = Nurseries()
    monkeypatch.setattr(box, "NURSERIES", own)
    yield own
    for level in tuple(own.found):
        own.close(level)


@pytest.fixture
def broken(monkeypatch, nurseries):
    """An installation in which a worker cannot import PyTorch."""
    start = subprocess.Popen

    def popen(command, **options):
        if "-m" in command:
            place = command.index("-m")
            code = BROKEN.format(module=command[place + 1], cause=CAUSE)
            command = [*command[:place], "-c", code, *command[place + 2 :]]
        return start(command, **options)

    monkeypatch.setattr(subprocess, "Popen", popen)


def student(level, *, preloaded=True):
    read = Submission(Path("a.py"), [Cell("a.py", LOUD)], "")
    limits = Limits()
    return student_in_worker(read, ["shout"], level, limits, public=True, preloaded=preloaded)


def test_a_worker_whose_import_fails_says_which(broken):
    with pytest.raises(GraderFault, match="the worker did not start") as caught:
        student("none")
    assert CAUSE in str(caught.value)


@pytest.mark.parametrize("level", levels())
def test_so_does_one_behind_walls_and_the_parent_of_workers(broken, nurseries, level):
    with pytest.raises(GraderFault) as caught:
        student(level)
    assert CAUSE in str(caught.value)
    assert CAUSE in nurseries.trouble[level]


def test_the_instructor_reads_the_cause_and_the_student_does_not(broken, tmp_path):
    (tmp_path / "a3-fgsm.py").write_text("def fgsm(model, images, labels, epsilon): return images")
    judge = Judge(Setting("a3-fgsm", "digits", b"a secret of this test"), "none")
    result = judge.judge("zoe", tmp_path / "a3-fgsm.py")
    assert result.status == "INFRA"
    assert CAUSE in result.notes[0]
    assert result.shown_notes == []
    assert CAUSE not in feedback.page(result)
    assert CAUSE not in results_json(result, "visible")


def test_a_worker_that_was_started_ahead_is_used_once_or_ended(tmp_path):
    (tmp_path / "a3-fgsm.py").write_text("# nothing yet")
    used, spare = (box.launch("none", Limits(), preloaded=False) for _ in range(2))
    judge = Judge(Setting("a3-fgsm", "digits"), "none", spare=used)
    assert judge.judge("zoe", tmp_path / "a3-fgsm.py").status == "WRONG"
    assert judge.spare is None
    assert used.process.poll() is not None
    judge.spare = spare
    judge.close()
    judge.close()
    assert spare.process.poll() is not None


def test_the_doctor_finds_it(broken, capsys, monkeypatch):
    monkeypatch.setattr(doctor.levels, "strongest_level", lambda: "none")
    assert cli.main(["doctor", "--json"]) == 1
    probe = next(p for p in json.loads(capsys.readouterr().out) if p["name"] == "worker")
    assert not probe["passed"]
    assert CAUSE in probe["found"]
    assert probe["remedy"]


def test_the_doctor_starts_a_worker():
    probe = doctor.worker_probe("none")
    assert (probe.passed, probe.found, probe.remedy) == (True, "starts", "")


@pytest.mark.parametrize("preloaded", [True, False])
@pytest.mark.parametrize("level", levels())
def test_nothing_that_a_student_prints_arrives(nurseries, level, preloaded):
    with contextlib.closing(student(level, preloaded=preloaded)) as one:
        assert one.call("shout") == 1
        assert "written" not in (said := one.transport.box.stderr.read())
        assert "printed" not in said


def test_nor_without_isolation():
    with contextlib.closing(student("none")) as one:
        assert one.call("shout") == 1
        assert one.transport.box.stderr.read() == ""


def test_a_forked_worker_that_fails_says_why():
    code = "from autograder.worker.entry import ended; ended(lambda: 1 / 0)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")


def test_only_the_end_is_read_and_writing_never_blocks():
    stderr = StandardError()
    with contextlib.closing(stderr):
        assert stderr.read() == ""
        stderr.theirs.send(b"a" * 3 * LONGEST + b"the cause\n")
        assert stderr.read() == ("a" * LONGEST + "the cause\n")[-LONGEST:].strip()
        with pytest.raises(BlockingIOError):
            fill(stderr.theirs)
        assert stderr.read() == "b" * LONGEST


def fill(end):
    while True:
        end.send(b"b" * 100_000)


WHERE = """
import os, sys
from pathlib import Path
from autograder.handin.submission import Submission
from autograder.student import student_in_worker
from autograder.worker.cells import Cell
from autograder.worker.limits import Limits

cell = Cell("a.py", "import course\\ndef where(): raise ValueError(course.__file__)")
read = Submission(Path("a.py"), [cell], "")
student = student_in_worker(read, ["where"], sys.argv[1], Limits(), public=True)
try:
    student.call("where")
except Exception as fault:
    print(fault)
"""


@pytest.mark.parametrize("level", sorted({"none", sandbox.strongest_level()}))
def test_a_worker_imports_the_code_of_its_judge_and_no_other_copy(tmp_path, level):
    copy = checkout.copied(tmp_path / "copy")
    assert str(copy / "course") in checkout.run(copy, "-c", WHERE, level)


def test_a_worker_that_macos_refuses_to_signal_has_ended_by_itself(monkeypatch):
    """There a process that was not waited for yet cannot be killed again: EPERM, not ESRCH."""
    worker = box.launch("none", Limits(), preloaded=False)
    worker.process.kill()

    def refused(_group, _signal):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(box.os, "killpg", refused)
    worker.close()
    assert worker.process.returncode == -9
    assert not Path(worker.scratch).exists()
