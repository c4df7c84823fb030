"""Links from the course's pages into its repository: an extension of Python-Markdown.

A page writes `[the notebook](repo:assignments/a3.ipynb)`, or `(repo:)` for the repository itself;
its address is one setting, `REPO_URL`, which `mkdocs.yml` passes on. A site built without it shows
only the words of such a link.
"""

from __future__ import annotations

import re

from markdown import Extension, Markdown
from markdown.postprocessors import Postprocessor

LINK = re.compile(r'<a href="repo:(?P<path>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)


class RepositoryLinks(Postprocessor):
    """Gives `repo:` links their address."""

    def __init__(self, md: Markdown, repository: str) -> None:
        super().__init__(md)
        self._repository = repository.rstrip("/")

    def run(self, text: str) -> str:
        """Return the page's HTML with every `repo:` link filled in, or its words alone."""
        return LINK.sub(self._link, text)

    def _link(self, found: re.Match[str]) -> str:
        if not self._repository:
            return found["words"]
        path = f"/blob/main/{found['path']}" if found["path"] else ""
        return f'<a href="{self._repository}{path}">{found["words"]}</a>'


class LinksExtension(Extension):
    """Has one setting: the repository's address."""

    def __init__(self, **settings: object) -> None:
        self.config = {"repository": ["", "the repository's address, or nothing"]}
        super().__init__(**settings)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802
        """Register with Python-Markdown."""
        links = RepositoryLinks(md, str(self.getConfig("repository") or ""))
        md.postprocessors.register(links, "links", 1)


def makeExtension(**settings: object) -> LinksExtension:  # noqa: N802
    """Build the extension; Python-Markdown looks for this name."""
    return LinksExtension(**settings)
