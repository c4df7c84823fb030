"""What the site's Markdown extensions make of links into the repository, and of units."""

from __future__ import annotations

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
