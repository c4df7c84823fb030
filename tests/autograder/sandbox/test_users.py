"""A worker becomes a user that the machine, or the container, knows."""

import os
from pathlib import Path

import pytest

from autograder import sandbox
from autograder.sandbox import bubblewrap, users

HOST = "         0          0 4294967295\n"
CONTAINER = "         0     100000      65536\n"
ROOTLESS = "0 1000 1\n1 100000 65536\n"
ROOT_ALONE = "0 1000 1\n"


@pytest.fixture
def maps(monkeypatch, tmp_path):
    """Let root see these maps of users and groups; forget what bubblewrap answered before."""

    def see(user_map: str, group_map: str | None = None) -> None:
        paths = tmp_path / "uid_map", tmp_path / "gid_map"
        paths[0].write_text(user_map)
        paths[1].write_text(user_map if group_map is None else group_map)
        monkeypatch.setattr(users, "MAPS", paths)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(bubblewrap, "trouble", bubblewrap.trouble.__wrapped__)

    return see


@pytest.mark.parametrize(
    ("user_map", "group_map", "free"),
    [
        (HOST, HOST, range(100_000, 200_000)),
        (CONTAINER, CONTAINER, range(30_000, 60_000)),
        (ROOTLESS, ROOTLESS, range(30_000, 60_000)),
        (HOST, CONTAINER, range(30_000, 60_000)),
        ("0 0 150000\n", HOST, range(100_000, 150_000)),
        ("0 0 100100\n", HOST, range(30_000, 60_000)),
        ("0 0 40000\n", "35000 7 100000\n", range(35_000, 40_000)),
        (ROOT_ALONE, ROOT_ALONE, range(0)),
        ("0 0 30500\n", HOST, range(0)),
        ("", "", range(0)),
    ],
)
def test_ids_are_mapped_for_users_and_groups(maps, user_map, group_map, free):
    maps(user_map, group_map)
    assert users.free_users() == free
    if free:
        assert users.worker_user() in free
        assert users.trouble() == ""


def test_without_ids_no_level_isolates_and_it_is_said(maps):
    maps(ROOT_ALONE)
    for level in ("strong", "medium"):
        assert "too few user ids" in sandbox.trouble(level)
    with pytest.raises(OSError, match="too few user ids"):
        users.worker_user()


def test_bubblewrap_is_tried_with_the_id_that_a_worker_gets(maps, monkeypatch):
    maps(CONTAINER)
    tried = []
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: name)
    monkeypatch.setattr(bubblewrap.subprocess, "run", lambda command, **_: tried.extend(command))
    with pytest.raises(AttributeError):  # nothing was run, so there is no answer to read
        bubblewrap.trouble()
    assert tried[tried.index("--reuid") + 1] == str(users.worker_user())


def test_a_system_without_maps_knows_every_id(monkeypatch, tmp_path):
    monkeypatch.setattr(users, "MAPS", (Path(tmp_path, "none"), Path(tmp_path, "none")))
    assert users.free_users() == range(100_000, 200_000)


def test_an_ordinary_user_stays_who_they_are(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert users.worker_user() is None
    assert users.trouble() == ""
