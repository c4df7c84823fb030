"""Runs reports, stores their results, and prints published values beside measured ones."""

from __future__ import annotations

import hashlib
import importlib
import inspect
import json
import os
import pkgutil
import platform
import shutil
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from course.budget import profile_name
from course.console.tables import print_table
from course.data import Dataset, load
from course.errors import CourseError
from course.inputs import chosen_device
from solutions.figures.gallery import as_json
from solutions.reproductions.lab import Lab
from solutions.reproductions.record import Comparison, Finding, Published, compare

if TYPE_CHECKING:
    from course.plots import CourseFigure

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
BUILD = Path("build/reproductions")
QUICK_TRAIN, QUICK_TEST = 600, 200


@dataclass(frozen=True)
class Report:
    """A published report: title and authors, data and network, claims, and its function.

    profiles: the data for it when the command names none; the first must be there, others are left
    out if they are missing. link: the address of the document, if it gives one.
    """

    id: str
    title: str
    authors: str
    network: str
    profiles: tuple[str, ...]
    seeds: tuple[int, ...]
    published: tuple[Published, ...]
    run: Callable[[Lab], None]
    link: str = ""
    findings: tuple[Finding, ...] = ()
    picture: Callable[[Mapping[str, Any]], CourseFigure] | None = None

    def first_seeds(self, count: int | None) -> tuple[int, ...]:
        """The first `count` seeds; beyond those listed, the numbers that follow the last."""
        count = count or len(self.seeds)
        more = range(self.seeds[-1] + 1, self.seeds[-1] + 1 + count)
        return (*self.seeds, *more)[:count]


@dataclass(frozen=True)
class Source:
    """Data for a run: the profile it counts as, and the profile it is read from.

    `cifar10=imagefolder:PATH` counts as cifar10, with images from PATH.
    """

    profile: str
    read_from: str

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read "mnist" or "cifar10=imagefolder:PATH"; raises CourseError for unknown profiles."""
        name, _, origin = text.partition("=")
        return cls(profile_name(name if origin else text), origin or text).checked()

    def checked(self) -> Source:
        """Return itself; raises CourseError if the profile it is read from does not exist."""
        profile_name(self.read_from)
        return self

    @property
    def shown(self) -> str:
        """The source of the images, without the folders of one machine."""
        kind, _, path = self.read_from.partition(":")
        return f"{kind}:{Path(path).name}" if path else kind


def reports() -> dict[str, Report]:
    """Every report, by number: the modules `r<number>` of `reports/`."""
    names = [module.name for module in pkgutil.iter_modules([str(FOLDER / "reports")])]
    numbered = sorted(name for name in names if name[0] == "r" and name[1:].isdigit())
    modules = (
        importlib.import_module(f"solutions.reproductions.reports.{name}") for name in numbered
    )
    return {module.REPORT.id: module.REPORT for module in modules}


def chosen_reports(name: str) -> list[Report]:
    """One report by its number, or all of them. Raises CourseError for another name."""
    known = reports()
    if name == "all":
        return list(known.values())
    if name not in known:
        raise CourseError(f"no report is called {name!r}; there are {', '.join(known)} and all")
    return [known[name]]


def committed() -> dict[str, dict[str, Any]]:
    """The results committed to the repository, by report."""
    return {p.stem: read_report_result(p) for p in sorted(RESULTS.glob("*.json"))}


def read_report_result(path: Path) -> dict[str, Any]:
    """Read a report's result from JSON. Raises CourseError if there is none."""
    if not path.is_file():
        raise CourseError(f"{path} is missing: measure it with `course reproduce {path.stem}`")
    result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return result


def run_report(
    report: Report,
    source: Source,
    *,
    out: Path,
    seeds: int | None = None,
    quick: bool = False,
    device: str = "cpu",
    cache: Path = BUILD / "stages",
    progress: bool = True,
) -> dict[str, Any]:
    """Run a report on one source of data; write its part of `out/<report>.json` and return it.

    The result of other profiles in that file stays. Stages that finished before are taken from
    `cache`. Raises CourseError when data, or the device, is missing.
    """
    data = load(source.read_from, progress=progress)
    data = Dataset(source.profile, data.train, data.test, data.classes)
    if quick:
        data = data.take(QUICK_TRAIN, QUICK_TEST)
    path = out / f"{report.id}.json"
    known = _stage_count(report.id, source.profile)
    with tqdm(
        total=known,
        desc=f"{report.id} {source.profile}",
        unit="stage",
        disable=None if progress else True,
    ) as bar:
        lab = Lab(
            report=report.id,
            profile=source.profile,
            data=data.to(chosen_device(device)),
            seeds=report.first_seeds(1 if quick and seeds is None else seeds),
            quick=quick,
            cache=cache,
            source=_source_digest(report),
            bar=bar,
            device=chosen_device(device),
            progress=progress,
        )
        report.run(lab)
    result = _about(lab, source) | lab.result()
    _write_result(path, report, source.profile, result)
    return result


def comparisons(report: Report, run: Mapping[str, Any] | None, profile: str) -> list[Comparison]:
    """Compare the claims of one profile, or of the main profile if it has none, with a run."""
    own = [p for p in report.published if p.profile == profile]
    if run is not None and run["quick"]:
        why = "quick run: too small to compare"
    else:
        why = "" if own else f"{profile} instead of {report.profiles[0]}"
    main = [p for p in report.published if p.profile == report.profiles[0]]
    return compare(own or main, run, why)


def print_comparisons(compared: Sequence[Comparison]) -> None:
    """Published, measured, difference and reason, wrapped to the terminal."""
    heads = ("claim", "published", "measured", "difference", "reason")
    total = max(100, min(shutil.get_terminal_size((120, 24)).columns, 180))
    widths = [int(total * part) for part in (0.27, 0.12, 0.22, 0.12, 0.27)]
    rule = tuple("-" * (width - 2) for width in widths)

    def line(cells: Sequence[str]) -> str:
        text = _wrapped(cells, widths)
        return f"{text}\n{_wrapped(rule, widths)}" if cells is heads else text

    print_table(heads, (row.cells() for row in compared), line)


def _wrapped(cells: Sequence[str], widths: Sequence[int]) -> str:
    """The lines of a row, each cell wrapped to its column."""
    wrapped = [textwrap.wrap(c, w - 2) or [""] for c, w in zip(cells, widths, strict=True)]
    lines = []
    for line in range(max(map(len, wrapped))):
        parts = (w[line] if line < len(w) else "" for w in wrapped)
        lines.append("".join(map(str.ljust, parts, widths)).rstrip())
    return "\n".join(lines)


def _about(lab: Lab, source: Source) -> dict[str, Any]:
    """The facts that a reader needs to run the report again and to judge the result."""
    options = " --quick" if lab.quick else ""
    options += "" if lab.device.type == "cpu" else f" --device {lab.device}"
    name = "" if source.read_from == source.profile else f"={source.shown}"
    return {
        "command": f"course reproduce {lab.report} --profile {source.profile}{name}{options}",
        "profile": source.profile,
        "read_from": source.shown,
        "profile_sha256": lab.data.sha256,
        "quick": lab.quick,
        "train_images": len(lab.data.train),
        "test_images": len(lab.data.test),
        "seeds": list(lab.seeds),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, "
        f"{torch.get_num_threads()} thread(s)",
    }


def _write_result(path: Path, report: Report, profile: str, result: dict[str, Any]) -> None:
    whole = read_report_result(path) if path.is_file() else {"runs": {}}
    whole = {
        "report": report.id,
        "title": report.title,
        "runs": dict(sorted({**whole["runs"], profile: result}.items())),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    unfinished.write_text(as_json(whole), encoding="utf-8")
    unfinished.replace(path)


def _stage_count(report: str, profile: str) -> int | None:
    """The number of stages in the committed run, for the progress bar; None if there is no run."""
    path = RESULTS / f"{report}.json"
    if not path.is_file():
        return None
    run = read_report_result(path)["runs"].get(profile)
    return len(run["seconds"]) if run else None


def _source_digest(report: Report) -> str:
    """A digest of the module with the report's `run`: where it changed, stages are run anew."""
    return hashlib.sha256(Path(inspect.getfile(report.run)).read_bytes()).hexdigest()
