"""The files around the code: they can be read, agree with one another, and pin what they run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import torch_range
import yaml

import course

ROOT = Path(__file__).parents[2]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def project(pattern: str) -> str:
    found = re.search(pattern, (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


def test_one_version_everywhere() -> None:
    version = project(r'^version = "(.*)"')
    assert course.__version__ == version
    assert read(ROOT / "CITATION.cff")["version"] == version
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^## (\d.*)$", changes, re.MULTILINE)[0] == version


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_an_action_is_named_by_its_commit(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"uses: (\S+)", text)
    assert used
    assert not [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)]
    assert len(re.findall(r"uses: \S+@[0-9a-f]{40}  # v\d", text)) == len(used)


def test_one_commit_of_each_action() -> None:
    """Two versions of one action, in two files, are an upgrade that was left halfway."""
    used = {n for path in WORKFLOWS for n in re.findall(r"uses: (\S+)", path.read_text("utf-8"))}
    assert len({name.partition("@")[0] for name in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_do_little_and_ends(path: Path) -> None:
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 60 for job in workflow["jobs"].values())


def test_every_supported_python_is_tried() -> None:
    tried = read(ROOT / ".github/workflows/ci.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]
    named = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert tried == named
    assert f">={tried[0]}" == project(r'^requires-python = "(.*)"')


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_in_the_way_github_reads(path: Path) -> None:
    form = read(path)
    assert {"name", "description", "body"} <= set(form)
    asked = [part for part in form["body"] if part["type"] != "markdown"]
    assert len({part["id"] for part in asked}) == len(asked)
    assert all(part["attributes"]["label"] for part in asked)


def test_containers_are_told_only_what_is_there() -> None:
    dev = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert (ROOT / ".devcontainer" / dev["build"]["dockerfile"]).is_file()
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (first, *_) = re.findall(r"^COPY --chown=course (.*) \./$", docker, re.MULTILINE)
    assert all((ROOT / name).is_file() for name in first.split())
    assert f"USER {dev['remoteUser']}" in docker
    for line in (ROOT / "binder" / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("--constraint "):
            assert (ROOT / "binder" / line.split()[1]).is_file()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_scripts_can_be_read() -> None:
    for name in ("binder/postBuild", ".ci/run"):
        assert subprocess.run(["bash", "-n", ROOT / name], check=False).returncode == 0


def test_the_oldest_pytorch_is_one_that_the_answers_passed_on() -> None:
    rows = json.loads((ROOT / "tests" / "results" / "torch.json").read_text(encoding="utf-8"))
    oldest = project(r'"torch>=([\d.]+)')
    tried = [row for row in rows if row["versions"][1].startswith(f"{oldest}.") and row["passed"]]
    assert tried
    assert not [row["failed"] for row in rows if row["failed"]]


def test_the_table_of_pytorch_versions_is_the_one_that_was_measured() -> None:
    assert torch_range.TABLE.read_text(encoding="utf-8").splitlines() == [
        *torch_range.TOP.splitlines(),
        *torch_range.lines(torch_range.stored()),
    ]


def answered(words: str, status: int) -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], status, "", words)


@pytest.mark.parametrize("version", [torch_range.pinned(), "2.6.0", torch_range.NEWEST])
def test_exact_versions_are_installed_beside_the_pytorch_they_were_tested_with(
    version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(
        torch_range, "uv", lambda *command: calls.append(command) or answered("", 0)
    )
    assert torch_range.installed(Path("python"), version, "student")
    ((*_, wanted, _, _),) = calls
    assert wanted == ("torch" if version == torch_range.NEWEST else f"torch=={version}")
    assert ("--constraint" in calls[0]) == (version == torch_range.pinned())


def test_a_pytorch_that_is_not_built_for_a_python_is_told_from_a_failed_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """uv breaks its lines at any place."""
    absent = "torch==2.6.0 has no wheels with\n  a matching Python ABI tag (e.g., `cp314`)"
    monkeypatch.setattr(torch_range, "uv", lambda *command: answered(absent, 1))
    assert not torch_range.installed(Path("python"), "2.6.0", "student")
    monkeypatch.setattr(torch_range, "uv", lambda *command: answered("no space left", 2))
    with pytest.raises(SystemExit, match="no space left"):
        torch_range.installed(Path("python"), "2.6.0", "student")
