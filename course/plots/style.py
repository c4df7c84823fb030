"""The style of every figure of the course: colours, sizes, saving, and alternative text.

`course.plots` draws on the canvas made here. Nothing uses pyplot, so no figure stays in the memory
of a server or a test, and the reader's matplotlib settings do not change a figure.
"""

from __future__ import annotations

import base64
import io
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from course.errors import CourseError

WIDTH = 5.0  # inches: 480 CSS pixels, so that 11-point words are still read at 390
SCREEN_DPI = 96
NOTEBOOK_DPI = 192  # twice the shown size, sharp on dense screens


@dataclass(frozen=True)
class Theme:
    """Colours for one kind of page; colour-blind readers can distinguish the `series`.

    The hues are Okabe and Ito's (Color Universal Design, 2008), darkened or lightened until each
    has a contrast of 3:1 with its paper (WCAG 2.2, 1.4.11).
    """

    name: str
    paper: str  # "none" for a transparent ground
    ink: str
    faint: str  # grid lines
    series: tuple[str, ...]
    alarm: str  # a wrong answer


# Paper and ink are those of the site (site/assets/style.css), so that figures have no frame there.
LIGHT = Theme(
    "light",
    paper="#fdfcf9",
    ink="#1c262b",
    faint="#dcd5c8",
    series=("#0072b2", "#d55e00", "#008763", "#b3558f", "#1c262b"),
    alarm="#b84a00",
)
DARK = Theme(
    "dark",
    paper="#161d22",
    ink="#e3e6e4",
    faint="#36424a",
    series=("#56b4e9", "#e69f00", "#2fbf94", "#e08fc0", "#e3e6e4"),
    alarm="#ffae2b",
)
# For a page of unknown colour, such as a README: readable on white and on black.
EITHER = Theme(
    "either",
    paper="none",
    ink="#7a7f87",
    faint="#7a7f87",
    series=("#2b8cc4", "#d5701f", "#159c75", "#b86a9a", "#7a7f87"),
    alarm="#d5701f",
)

# Beside the colour, each series has a mark, a line and a hatch of its own: a figure printed in grey
# shows the same.
MARKERS = ("o", "s", "^", "D", "v")
LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)))
HATCHES = ("", "////", "----", "xxxx", "\\\\\\\\")


class CourseFigure(Figure):
    """A matplotlib Figure that carries its words and shows itself in a notebook.

    `course_alt` is the text for readers who cannot see the figure; a notebook shows the figure at
    its natural size, with that text as the image's alternative.
    """

    course_alt: str = ""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        width, height = (round(inches * SCREEN_DPI) for inches in self.get_size_inches())
        image = base64.b64encode(_rendered(self, "png", NOTEBOOK_DPI)).decode("ascii")
        shown = {"width": width, "height": height, "alt": self.course_alt}
        return {"image/png": image, "text/plain": self.course_alt}, {"image/png": shown}


def alt_text(figure: Figure) -> str:
    """The alternative text of a figure of this course: its content and its main numbers.

    Raises CourseError for a figure that `course.plots` did not draw.
    """
    words = getattr(figure, "course_alt", "")
    if not words:
        raise CourseError("this figure has no alt text: draw it with a function of course.plots")
    return str(words)


def save(figure: Figure, path: str | Path) -> Path:
    """Write `figure` to `path` (.svg or .png) and return the path.

    The same figure gives the same bytes under the same matplotlib. An SVG keeps its words as text,
    small and searchable, measured with DejaVu Sans, which is wider than the fonts that a browser
    may use instead. `~` in the path is the home folder. Raises CourseError for another ending.
    """
    path = Path(path).expanduser()
    kind = path.suffix.lower().removeprefix(".")
    if kind not in {"svg", "png"}:
        raise CourseError(f"cannot save a figure as '{path.name}': end the name in .svg or .png")
    content = _rendered(figure, kind, NOTEBOOK_DPI)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@contextmanager
def canvas(
    theme: Theme, height: float, *, width: float = WIDTH, title: str, alt: str
) -> Iterator[CourseFigure]:
    """A figure `width` x `height` inches to draw on, with its title and words, in `theme`."""
    with _style(theme):
        figure = CourseFigure(figsize=(width, height), layout="constrained")
        figure.course_alt = f"{_spoken(title)} {_spoken(alt)}".strip()
        letters = int(width * 72 / 7.4)  # a letter of the 12-point title is about 7 points wide
        kept = title.replace(" %", "\N{NO-BREAK SPACE}%")
        figure.suptitle(
            textwrap.fill(kept, letters), x=0.01, ha="left", fontsize=12, fontweight="bold"
        )
        yield figure


def plain_axes(axes: Axes, theme: Theme) -> None:
    """Reduce the frame to the two axes with numbers, and a light grid behind the data."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color=theme.faint, linewidth=0.8)
    axes.set_axisbelow(True)


def luminance(red: float, green: float, blue: float) -> float:
    """Relative luminance in [0, 1] of an sRGB colour with parts in [0, 1] (WCAG 2.2)."""
    parts = [
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (red, green, blue)
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(first: float, second: float) -> float:
    """Contrast ratio (1 to 21) of two luminances (WCAG 2.2)."""
    low, high = sorted((first, second))
    return (high + 0.05) / (low + 0.05)


def _spoken(text: str) -> str:
    """`text` as one line that a screen reader can read as a sentence."""
    line = " ".join(text.replace("ε", "epsilon").replace("→", "to").split())
    return line if not line or line.endswith((".", "!", "?")) else f"{line}."


def _rendered(figure: Figure, kind: str, dpi: int) -> bytes:
    """The bytes of `figure`, free of the date and of the reader's own settings."""
    metadata: dict[str, Any] = {"Software": None}
    if kind == "svg":
        metadata = {"Date": None}
    stream = io.BytesIO()
    with _style(None):
        figure.savefig(stream, format=kind, dpi=dpi, metadata=metadata)
    return stream.getvalue()


@contextmanager
def _style(theme: Theme | None) -> Iterator[None]:
    """Matplotlib's own defaults plus the course's; without a theme, what saving needs alone."""
    settings: dict[str, Any] = {
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "svg.fonttype": "none",
        "svg.hashsalt": "adversarial-course",
        "savefig.facecolor": "auto",
        "hatch.linewidth": 0.8,
    }
    if theme is not None:
        settings |= dict.fromkeys(
            ("text.color", "axes.labelcolor", "xtick.color", "ytick.color", "axes.edgecolor"),
            theme.ink,
        )
        settings |= dict.fromkeys(("figure.facecolor", "axes.facecolor"), theme.paper)
        settings |= {"font.size": 11, "legend.frameon": False, "lines.linewidth": 2}
    with matplotlib.style.context(["default", settings]):
        yield
