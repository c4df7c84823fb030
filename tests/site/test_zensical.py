"""Zensical, successor of Material for MkDocs, builds the same site from the same `mkdocs.yml`."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("zensical", reason="needs the extra `zensical`, for Python 3.11 or newer")

pytestmark = pytest.mark.slow  # it builds the site twice; `make test-site` runs it
ROOT = Path(__file__).parents[2]
# What a build reads; it must lie below the folder of mkdocs.yml, and so must what it writes.
READ = ("mkdocs.yml", "site", "course", "solutions", "autograder", "teaching", "tests/results")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The site as either tool builds it, strictly, from a copy of the project."""
    project = tmp_path_factory.mktemp("project")
    for name in READ:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        (project / name).parent.mkdir(exist_ok=True)
        copy(source, project / name)
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": "http://localhost/"}
    built = {}
    for tool in ("mkdocs", "zensical"):
        command = [sys.executable, "-m", tool, "build", "--strict"]
        done = subprocess.run(
            command, cwd=project, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        built[tool] = (project / "build" / "site").rename(project / tool)
    return built


def text(page: Path) -> list[str]:
    """The words of a page's own text, without menus."""
    found = re.search(r"<article\b.*?</article>", page.read_text(encoding="utf-8"), re.DOTALL)
    assert found, page
    seen = re.sub(r"<(script|style|svg)\b.*?</\1>", "", found[0], flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", seen)).split()


def test_every_page_says_the_same(sites: dict[str, Path]) -> None:
    pages = {
        tool: sorted(page.relative_to(site).as_posix() for page in site.rglob("index.html"))
        for tool, site in sites.items()
    }
    assert len(pages["mkdocs"]) > 20
    assert pages["zensical"] == pages["mkdocs"]
    for name in pages["mkdocs"]:
        assert text(sites["zensical"] / name) == text(sites["mkdocs"] / name), name


def test_our_files_are_all_there(sites: dict[str, Path]) -> None:
    for name in ("assets", "figures", "playground"):
        for path in (ROOT / "site" / name).rglob("*"):
            if path.is_file() and path.suffix != ".md":  # a page, which is built
                copy = sites["zensical"] / path.relative_to(ROOT / "site")
                assert copy.read_bytes() == path.read_bytes(), copy


def test_pages_fetch_nothing_from_elsewhere(sites: dict[str, Path]) -> None:
    fetching = re.compile(r'<(?:script|img|iframe|source)\b[^>]*\bsrc="?(?:https?:)?//[^>]*>')
    linking = re.compile(
        r'<link\b(?![^>]*rel="?canonical)[^>]*\bhref="?(?:https?:)?//(?!localhost)'
    )
    for page in sites["zensical"].rglob("*.html"):
        written = page.read_text(encoding="utf-8")
        assert fetching.findall(written) + linking.findall(written) == [], page
