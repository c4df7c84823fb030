"""Links that depend on how the site is built: an extension of Python-Markdown.

| a page writes | a link to |
|---|---|
| `[words](repo:README.md)`, `[words](repo:)` | a file of the repository; the repository |
| `[words](colab:a3-fgsm)` | the notebook of an assignment, opened in Google Colab |
| `[words](zip:../get/course.zip)` | the file of that name in `site/get/`, with its size |

Where the repository is published is one setting, `REPO_URL`, which `mkdocs.yml` hands on. The file
comes from `make site`. A site without one of them shows the words alone, and says why.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

LINK = re.compile(
    r'<a(?P<before>[^>]*) href="(?P<kind>repo|colab|zip):(?P<path>[^"]*)"(?P<after>[^>]*)>'
    r"(?P<words>.*?)</a>",
    re.DOTALL,
)
GITHUB = "https://github.com/"
COLAB = "https://colab.research.google.com/github/{name}/blob/colab/{notebook}.ipynb"
NO_COLAB = "{words} (this copy of the site does not know where the notebooks are published)"
NO_ZIP = "{words} (this copy of the site was built without it)"


class BuildLinks(Postprocessor):
    """Gives `repo:`, `colab:` and `zip:` links their address."""

    def __init__(self, md: Markdown, repository: str, downloads: Path) -> None:
        super().__init__(md)
        self._repository = repository.rstrip("/")
        self._downloads = downloads

    def run(self, text: str) -> str:
        """Return the page's HTML with every such link filled in, or its words alone."""
        return LINK.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        kinds = {"repo": self._file, "colab": self._notebook, "zip": self._download}
        return kinds[found["kind"]](found)

    def _file(self, found: re.Match[str]) -> str:
        if not self._repository:
            return found["words"]
        path = f"/blob/main/{found['path']}" if found["path"] else ""
        return anchor(found, self._repository + path)

    def _notebook(self, found: re.Match[str]) -> str:
        if not self._repository.startswith(GITHUB):  # Colab opens notebooks from nowhere else
            return NO_COLAB.format(words=found["words"])
        name = self._repository.removeprefix(GITHUB)
        return anchor(found, COLAB.format(name=name, notebook=found["path"]))

    def _download(self, found: re.Match[str]) -> str:
        file = self._downloads / PurePosixPath(found["path"]).name
        if not file.is_file():
            return NO_ZIP.format(words=found["words"])
        size = f" ({file.stat().st_size / 1e6:.1f} MB)"
        return anchor(found, found["path"], size)


def anchor(found: re.Match[str], address: str, more: str = "") -> str:
    """The link that was found, with this address and `more` behind its words."""
    return f'<a{found["before"]} href="{address}"{found["after"]}>{found["words"]}{more}</a>'


class LinksExtension(Extension):
    """Has two settings: the repository's address, and the folder of what can be downloaded."""

    def __init__(self, **settings: object) -> None:
        self.config = {
            "repository": ["", "the repository's address, or nothing"],
            "downloads": ["site/get", "the folder of files to download"],
        }
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown."""
        repository = str(self.getConfig("repository") or "")
        links = BuildLinks(md, repository, Path(self.getConfig("downloads")))
        md.postprocessors.register(links, "links", 1)


def makeExtension(**settings: object) -> LinksExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return LinksExtension(**settings)
