"""What the site's Markdown extensions make of links into the repository, and of units."""

from __future__ import annotations

from pathlib import Path

import markdown
import pytest

from course.pages.units import keep_units

PAGE = "Get [it](repo:) or read [the *code*](repo:course/data.py)."


@pytest.mark.parametrize(
    "address", ["https://example.org/a/course", "https://example.org/a/course/"]
)
def test_links_into_the_repository_follow_one_setting(address: str) -> None:
    settings = {"course.pages.links": {"repository": address}}
    written = markdown.markdown(PAGE, extensions=["course.pages.links"], extension_configs=settings)
    assert '<a href="https://example.org/a/course">it</a>' in written
    assert (
        '<a href="https://example.org/a/course/blob/main/course/data.py">the <em>code</em></a>'
        in written
    )


@pytest.mark.parametrize("nothing", ["", None])
def test_without_a_repository_the_words_stay(nothing: str | None) -> None:
    settings = {"course.pages.links": {"repository": nothing}}
    written = markdown.markdown(PAGE, extensions=["course.pages.links"], extension_configs=settings)
    assert written == "<p>Get it or read the <em>code</em>.</p>"


def linked(text: str, **settings: str) -> str:
    extensions = ["attr_list", "course.pages.links"]
    configs = {"course.pages.links": settings}
    return markdown.markdown(text, extensions=extensions, extension_configs=configs)


@pytest.mark.parametrize(
    ("repository", "address"),
    [
        ("https://github.com/a/course/", "github/a/course/blob/colab/a3-fgsm.ipynb"),
        ("https://example.org/a/course", None),  # Colab opens notebooks from GitHub alone
        ("", None),
    ],
)
def test_a_notebook_opens_in_colab_where_its_place_is_known(
    repository: str, address: str | None
) -> None:
    written = linked("[Try it](colab:a3-fgsm){ .get }", repository=repository)
    if address:
        href = f"https://colab.research.google.com/{address}"
        assert f'href="{href}"' in written
        assert 'class="get"' in written
    else:
        assert "<a" not in written
        assert "Try it (this copy of the site does not know" in written


def test_a_download_says_its_size_or_that_it_is_missing(tmp_path: Path) -> None:
    page = "[The course](zip:../get/course.zip)"
    assert "built without it" in linked(page, downloads=str(tmp_path))
    (tmp_path / "course.zip").write_bytes(bytes(1_480_000))
    written = linked(page, downloads=str(tmp_path))
    assert '<a href="../get/course.zip">The course (1.5 MB)</a>' in written


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("95 % of", "95\N{NO-BREAK SPACE}% of"),
        ("<td>3 MB</td>", "<td>3\N{NO-BREAK SPACE}MB</td>"),
        ("5 minutes and 2 s", "5\N{NO-BREAK SPACE}minutes and 2\N{NO-BREAK SPACE}s"),
        ("2 steps, 3 secondary, 95% of", "2 steps, 3 secondary, 95% of"),
        ("<code>10 % 3</code> is 1 %", "<code>10 % 3</code> is 1\N{NO-BREAK SPACE}%"),
        ('<img alt="95 % left">', '<img alt="95 % left">'),
    ],
)
def test_numbers_stay_with_their_units(text: str, kept: str) -> None:
    assert keep_units(text) == kept
