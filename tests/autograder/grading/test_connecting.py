"""What is said where a dask cluster cannot be reached: one line, exit status 2, nothing written."""

import contextlib
import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

from dask import config as dask_config
from distributed import Security
from support.dask_class import UNCHANGED, dask, hand_in

from autograder.cli import main
from autograder.grading import cluster
from course.errors import CourseError


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 1)
    monkeypatch.setitem(cluster.SILENT, "distributed.comm.timeouts.connect", 1)


@pytest.mark.parametrize(
    "address", ["nowhere", "127.0.0.1:8786", "http://host:1", "tcp://", "tcp://host", "tcp://h:x"]
)
def test_an_address_that_is_none_is_named(address, capsys):
    hand_in("ada", UNCHANGED)
    assert main(["grade", "a3-fgsm", "class", "--scheduler", address]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "tcp://HOST:PORT" in error
    assert not Path("build").exists()


@contextlib.contextmanager
def listening(answer: bool):
    """A port of this machine where somebody listens who is no scheduler, or nobody does."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if answer:
            taken.listen()
        yield taken.getsockname()[1]


@pytest.fixture
def certificates(tmp_path):
    """Write the settings of dask with a certificate of this test; returns them."""
    path = tmp_path / "node.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=grading"]
    subprocess.run([*made, "-keyout", path, "-out", path], check=True, capture_output=True)
    names = ("ca-file", "client.cert", "client.key", "scheduler.cert", "scheduler.key")
    return {f"distributed.comm.tls.{name}": str(path) for name in names}


def refused(address: str, capsys) -> str:
    """The one line with which grading at this address is refused."""
    hand_in("ada", UNCHANGED)
    assert main(["grade", "a3-fgsm", "class", "--scheduler", address]) == 2
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert not Path("build").exists()
    return error


def test_a_scheduler_that_is_not_there_is_said(capsys):
    with listening(answer=False) as port:
        address = f"tcp://127.0.0.1:{port}"
        error = refused(address, capsys)
    assert f"no scheduler answers at {address}" in error
    assert "start `dask scheduler` there" in error


def test_something_else_that_listens_there_is_said(capsys):
    with listening(answer=True) as port:
        error = refused(f"tcp://127.0.0.1:{port}", capsys)
    assert "does not answer as a dask scheduler: where it requires TLS, write tls://" in error


def test_tls_without_certificates_says_what_is_missing(capsys):
    assert "needs certificates: name ca-file" in refused("tls://127.0.0.1:1", capsys)


def test_tls_with_a_certificate_that_is_none_says_so(capsys, certificates):
    Path("node.pem").write_text("no certificate")
    with dask_config.set(certificates):
        assert "certificates in dask's settings cannot be used" in refused(
            "tls://127.0.0.1:1", capsys
        )


def test_settings_that_require_tls_refuse_an_address_without(capsys, certificates):
    with dask_config.set({"distributed.comm.require-encryption": True} | certificates):
        error = refused("tcp://127.0.0.1:1", capsys)
    assert "dask's settings require TLS: write tls:// in place of tcp://127.0.0.1:1" in error


@pytest.mark.parametrize(("theirs", "ours"), [("tls", "tcp"), ("tcp", "tls")])
def test_a_scheduler_with_and_a_client_without_tls_say_which_to_write(
    theirs, ours, capsys, certificates
):
    """A scheduler in a process of its own, as the one who grades finds it."""
    with dask_config.set(certificates):
        security = Security() if theirs == "tls" else None
        with dask(0, protocol=theirs, security=security) as local:
            address = local.scheduler_address.replace(f"{theirs}://", f"{ours}://")
            assert f"write {theirs}://" in refused(address, capsys)


def test_jobs_are_for_this_machine_alone(capsys):
    hand_in("ada", UNCHANGED)
    command = ["grade", "a3-fgsm", "class", "--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"]
    assert main(command) == 2
    assert "--jobs" in capsys.readouterr().err


def test_what_to_install_is_said(monkeypatch, capsys):
    hand_in("ada", UNCHANGED)
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "autograder.grading.cluster")
    assert main(["grade", "a3-fgsm", "class", "--scheduler", "tcp://127.0.0.1:1"]) == 2
    assert "adversarial-course[cluster]" in capsys.readouterr().err


def test_a_scheduler_without_workers_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "JOIN_SECONDS", 0.5)
    with (
        dask(0) as local,
        pytest.raises(CourseError, match=r"no workers.*dask worker"),
        cluster.connected(local.scheduler_address),
    ):
        pass


def test_dask_prints_nothing_of_its_own_and_has_its_levels_back():
    before = logging.getLogger("distributed.client").level
    with dask(1) as local, cluster.connected(local.scheduler_address):
        for name in ("distributed.client", "distributed.core", "distributed.worker"):
            assert not logging.getLogger(name).isEnabledFor(logging.CRITICAL)
    assert logging.getLogger("distributed.client").level == before
