"""`course reproduce`: run published reports again, from the command line.

Named as an entry point in pyproject.toml; PyTorch is imported when the command runs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from course.cli import whole_number
from course.errors import CourseError

if TYPE_CHECKING:
    from course.cli import Subparsers
    from solutions.reproductions.runner import Report, Source


def reproduce_command(subparsers: Subparsers) -> None:
    """Add `course reproduce`."""
    parser = subparsers.add_parser(
        "reproduce",
        help="run published reports again and compare",
        description="Run a published report again, and print what it says beside what comes out.",
    )
    parser.add_argument("report", metavar="REPORT", help="its number, such as 004, or all")
    parser.add_argument(
        "--profile",
        action="append",
        metavar="PROFILE",
        help="data to run it on, such as mnist; cifar10=imagefolder:PATH reads another profile's "
        "images from a folder; may be given several times (default: what the report used)",
    )
    parser.add_argument("--seeds", type=whole_number(1, 100), metavar="N", help="networks to train")
    parser.add_argument(
        "--quick", action="store_true", help="a few images and steps, to see it run (on digits)"
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="for results (default: the committed ones, or build/reproductions with --quick)",
    )
    parser.add_argument("--show", action="store_true", help="run nothing, print stored results")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run what the arguments name, print tables, draw pictures; return the exit status 0."""
    from solutions.reproductions.runner import (
        BUILD,
        RESULTS,
        Source,
        chosen_reports,
    )

    reports = chosen_reports(args.report)
    sources = [Source.parse(text) for text in args.profile or ()]
    out = args.out or (BUILD if args.quick else RESULTS)
    for report in reports:
        if args.show:
            _show(report, out, [source.profile for source in sources])
            continue
        for source in sources or _default_sources(report, quick=args.quick):
            _run_one(report, source, out, args)
    return 0


def _default_sources(report: Report, *, quick: bool) -> list[Source]:
    """The data for a report when the command names none; a message names data that is missing."""
    from course.data import PROFILES, data_root
    from solutions.reproductions.runner import Source

    if quick:
        return [Source.parse("digits")]
    first, *others = report.profiles
    sources = [Source.parse(first)]
    for name in others:
        known = PROFILES[name]
        if known.read is None or known.missing(data_root()):
            print(f"{report.id}: {name} is not here, so its rows say so", file=sys.stderr)
        else:
            sources.append(Source.parse(name))
    return sources


def _run_one(report: Report, source: Source, out: Path, args: argparse.Namespace) -> None:
    from solutions.reproductions.runner import (
        comparisons,
        print_table,
        run_report,
    )

    result = run_report(report, source, out=out, seeds=args.seeds, quick=args.quick)
    print(f"\n{report.id}  {report.title} ({report.authors}), on {source.shown}\n")
    print_table(comparisons(report, result, source.profile))
    print(f"\n{sum(result['seconds'].values()):.0f} s of work; stored in {out / report.id}.json")
    if report.picture is not None:
        from course import plots

        folder = Path("build/reproductions") if args.out is None else out
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{report.id}-{source.profile}.png"
        print(f"drawn in {plots.save(report.picture(result), path)}")
    sys.stdout.flush()


def _show(report: Report, out: Path, profiles: list[str]) -> None:
    from solutions.reproductions.runner import comparisons, print_table, read_report_result

    runs = read_report_result(out / f"{report.id}.json")["runs"]
    absent = [name for name in profiles if name not in runs]
    if absent:
        raise CourseError(f"{out / report.id}.json has no run on {', '.join(absent)}")
    for profile in profiles or dict.fromkeys((*report.profiles, *runs)):
        print(f"\n{report.id}  {report.title} ({report.authors}), on {profile}\n")
        print_table(comparisons(report, runs.get(profile), profile))
