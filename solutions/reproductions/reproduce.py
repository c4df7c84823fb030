"""The work of `course reproduce`: run published reports again, print and draw the results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from course import plots
from course.data import PROFILES, data_root
from course.errors import CourseError
from course.inputs import chosen_device
from solutions.reproductions.runner import (
    BUILD,
    RESULTS,
    Report,
    Source,
    chosen_reports,
    comparisons,
    print_comparisons,
    read_report_result,
    run_report,
)


def run(args: argparse.Namespace) -> int:
    """Run the named reports, print tables, draw pictures; return the exit status 0."""
    reports = chosen_reports(args.report)
    chosen_device(args.device)  # a missing one is reported before anything is loaded
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
    result = run_report(
        report, source, out=out, seeds=args.seeds, quick=args.quick, device=args.device
    )
    print(f"\n{report.id}  {report.title} ({report.authors}), on {source.shown}\n")
    print_comparisons(comparisons(report, result, source.profile))
    print(f"\n{sum(result['seconds'].values()):.0f} s of work; stored in {out / report.id}.json")
    if report.picture is not None:
        folder = Path("build/reproductions") if args.out is None else out
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{report.id}-{source.profile}.png"
        print(f"drawn in {plots.save(report.picture(result), path)}")
    sys.stdout.flush()


def _show(report: Report, out: Path, profiles: list[str]) -> None:
    runs = read_report_result(out / f"{report.id}.json")["runs"]
    absent = [name for name in profiles if name not in runs]
    if absent:
        raise CourseError(f"{out / report.id}.json has no run on {', '.join(absent)}")
    for profile in profiles or dict.fromkeys((*report.profiles, *runs)):
        print(f"\n{report.id}  {report.title} ({report.authors}), on {profile}\n")
        print_comparisons(comparisons(report, runs.get(profile), profile))
