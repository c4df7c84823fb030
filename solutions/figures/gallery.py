"""A gallery of figures and tables: drawn from committed numbers, written as SVG and Markdown."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from course.errors import CourseError

if TYPE_CHECKING:
    from course import plots

Results = Mapping[str, Any]
"""What a lecture's measurement returned, as JSON holds it."""


class NotMeasured(CourseError):
    """A figure's numbers are missing; raised while drawing, and shown in its place."""


@dataclass(frozen=True)
class Drawing:
    """One picture: its subject, and the function that draws it in a theme.

    `for_any_page` draws one transparent SVG instead of a light and a dark one.
    """

    about: str
    draw: Callable[[Results, plots.Theme], plots.CourseFigure]
    for_any_page: bool = False


@dataclass(frozen=True)
class Gallery:
    """Figures and tables by name, all drawn from the same results."""

    results: Any
    figures: Mapping[str, Drawing]
    tables: Mapping[str, Callable[[Any], str]]

    def __contains__(self, name: str) -> bool:
        return name in self.figures or name in self.tables

    def files(self, only: str | None = None) -> dict[str, bytes]:
        """Every file of the gallery, or those of one figure or table, by file name."""
        drawn: dict[str, bytes] = {}
        for name, drawing in self.figures.items():
            if only in (None, name):
                try:
                    drawn |= _figure_files(name, drawing, self.results)
                except NotMeasured as error:
                    drawn[f"{name}.inc"] = f"*{error}*\n".encode()
        for name, write in self.tables.items():
            if only in (None, name):
                drawn[f"{name}.inc"] = write(self.results).encode()
        return drawn


def as_json(results: Results) -> str:
    """JSON that is easy to read and to compare in git: a list of numbers stays on one line."""
    text = json.dumps(results, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+([-+.\deE,\s]+?)\s+\]", _on_one_line, text) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    return f"[{' '.join(found[1].split())}]"


def _figure_files(name: str, drawing: Drawing, results: Results) -> dict[str, bytes]:
    from course import plots  # noqa: PLC0415  matplotlib

    themes = [plots.EITHER] if drawing.for_any_page else [plots.LIGHT, plots.DARK]
    files, images = {}, []
    with tempfile.TemporaryDirectory() as folder:
        for theme in themes:
            figure = drawing.draw(results, theme)
            file = f"{name}.svg" if drawing.for_any_page else f"{name}-{theme.name}.svg"
            files[file] = plots.save(figure, Path(folder) / file).read_bytes()
            # The address is right from any page one folder below the site's root.
            scheme = "" if drawing.for_any_page else f"#only-{theme.name}"
            size = _size(files[file])
            images.append(f"![{plots.alt_text(figure)}](../figures/{file}{scheme}){size}")
    files[f"{name}.inc"] = ("\n".join(images) + "\n").encode()
    return files


def _size(svg: bytes) -> str:
    """Attributes for Markdown: the size, so that the page does not jump, and lazy loading.

    Of a pair for light and dark pages the one that is not shown is then never loaded.
    """
    width, height = re.findall(rb'(?:width|height)="([\d.]+)pt"', svg)[:2]
    pixels = (round(float(points) * 96 / 72) for points in (width, height))
    return "{{ width={} height={} loading=lazy }}".format(*pixels)
