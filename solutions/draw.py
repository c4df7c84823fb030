"""The site's figures and tables, drawn from committed numbers: the command `course figures`.

The numbers of a lecture come from its file in `results/`, the audit of published reports from
`reproductions/results/`. A figure NAME becomes NAME-light.svg and NAME-dark.svg, and NAME.inc, the
Markdown that shows the right one of the two with its alternative text; a table NAME becomes
NAME.inc. A page includes an .inc as a snippet.
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from course.cli import Subparsers, file_path
from course.errors import CourseError
from solutions.figures.gallery import Gallery, Results, as_json

RESULTS = Path(__file__).parent / "results"
# A lecture is measured by `figures/measured/<name>.py`, its figures are in `figures/<name>.py`.
LECTURES = (
    "fgsm",
    "attacks",
    "defences",
    "certificates",
    "state",
    "other_ways",
    "physical",
    "training",
    "signs",
    "sticker",
    "signs_backdoor",
    "signs_bits",
    "signs_attacks",
)
FOLDER = Path("site/figures")


def figures_command(subparsers: Subparsers) -> None:
    """Add `course figures`."""
    parser = subparsers.add_parser("figures", help="draw the lecture's figures and tables")
    action = parser.add_mutually_exclusive_group()
    action.add_argument(
        "--check", action="store_true", help="change nothing; name the files that are stale"
    )
    action.add_argument(
        "--measure",
        nargs="?",
        const="all",
        choices=["all", *LECTURES],
        metavar="LECTURE",
        help="run the experiments of a lecture, or of all, again first (minutes)",
    )
    parser.add_argument("--only", metavar="NAME", help="one figure or table")
    parser.add_argument("--out", type=file_path, default=FOLDER, help="default: %(default)s")
    parser.set_defaults(run=_run)


def lecture(name: str, results: Results) -> Gallery:
    """One lecture's figures and tables."""
    module = importlib.import_module(f"solutions.figures.{name}")  # imports matplotlib
    return Gallery(results, module.FIGURES, module.TABLES)


def measured(name: str) -> Results:
    """The result of a lecture's measurement. Raises CourseError when it is missing."""
    path = RESULTS / f"{name}-lecture.json"
    if not path.is_file():
        raise CourseError(f"{path} is missing: measure it with `course figures --measure`")
    return json.loads(path.read_text(encoding="utf-8"))


def measure_again(name: str) -> None:
    """Run a lecture's experiments and store the numbers."""
    module = importlib.import_module(f"solutions.figures.measured.{name}")  # imports PyTorch
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}-lecture.json"
    path.write_text(as_json(module.measure()), encoding="utf-8")
    print(f"measured {path}")


def galleries() -> list[Gallery]:
    """All galleries of the site, with the committed results.

    Raises CourseError when a lecture was not measured.
    """
    from solutions.figures import diagrams  # noqa: PLC0415  matplotlib
    from solutions.reproductions.galleries import audit  # noqa: PLC0415  matplotlib

    drawn = Gallery({}, diagrams.FIGURES, {})
    return [*(lecture(name, measured(name)) for name in LECTURES), *audit(), drawn]


def render(shown: list[Gallery], only: str | None = None) -> dict[str, bytes]:
    """Every file of these galleries, or those of one figure or table, by file name.

    Raises CourseError when nothing is called `only`.
    """
    if only is not None and not any(only in gallery for gallery in shown):
        known = ", ".join(name for gallery in shown for name in (*gallery.figures, *gallery.tables))
        raise CourseError(f"no figure or table is called '{only}'; there are {known}")
    return {name: content for g in shown for name, content in g.files(only).items()}


def stale_files(expected: Mapping[str, bytes], folder: Path, *, strays: bool) -> list[str]:
    """Names of the files in `folder` that are missing, differ or, with `strays`, are not drawn.

    Raises CourseError when the folder was drawn with another matplotlib, since that draws
    different bytes.
    """
    stale = []
    for name, content in expected.items():
        path = folder / name
        found = path.read_bytes() if path.is_file() else b""
        if found != content:
            _require_same_matplotlib(path, found, content)
            stale.append(name)
    if strays and folder.is_dir():
        stale += sorted(p.name for p in folder.iterdir() if p.name not in expected)
    return stale


def _run(args: argparse.Namespace) -> int:
    if args.measure:
        for name in LECTURES if args.measure == "all" else [args.measure]:
            measure_again(name)
    files = render(galleries(), args.only)
    if args.check:
        stale = stale_files(files, args.out, strays=args.only is None)
        for name in stale:
            print(f"stale: {args.out / name}")
        print("draw them again with `course figures`" if stale else f"{len(files)} files agree")
        return 1 if stale else 0
    args.out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (args.out / name).write_bytes(content)
    print(f"{len(files)} files drawn in {args.out}")
    return 0


def _require_same_matplotlib(path: Path, found: bytes, content: bytes) -> None:
    then, now = (re.search(rb"Matplotlib v([\w.]+)", text) for text in (found, content))
    if then and now and then[1] != now[1]:
        raise CourseError(
            f"{path} was drawn with matplotlib {then[1].decode()}, but {now[1].decode()} is "
            "installed and draws other bytes: install the versions in constraints.txt"
        )
