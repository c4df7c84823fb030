"""Measures Lighthouse's scores for one page of each kind: `make lighthouse`.

The exit status is 1 if a score is below its limit. Performance scores come from timings, so run
this on a quiet machine and not in a test suite; each score is the median of several runs, as
Lighthouse's documentation advises.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median_low

from site_server import ROOT, served_site

PAGES = ("", "lectures/fgsm/", "playground/", "assignments/a3-fgsm/", "proof/")
CATEGORIES = ("performance", "accessibility", "best-practices")
LEAST = 95
PROGRAM = ROOT / "build" / "lighthouse" / "node_modules" / ".bin" / "lighthouse"
BROWSER_FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def audit(address: str, report: Path, form: str) -> dict[str, int]:
    """Run Lighthouse once on one page; returns its scores from 0 to 100, by category."""
    command = [str(PROGRAM), address, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={BROWSER_FLAGS}"]
    command += ["--preset=desktop"] if form == "desktop" else []
    subprocess.run(command, check=True)
    found = json.loads(report.read_text(encoding="utf-8"))["categories"]
    return {name: round(100 * found[name]["score"]) for name in CATEGORIES}


def median_marks(address: str, report: Path, form: str, runs: int) -> dict[str, int]:
    """The median of each score over several runs; the report of the last run is written."""
    marks = [audit(address, report, form) for _ in range(runs)]
    return {name: median_low(each[name] for each in marks) for name in CATEGORIES}


def main() -> int:
    """Audit the pages on a phone and on a desktop, and print the scores."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", default=PAGES, help="addresses below the site's root")
    parser.add_argument("--runs", type=int, default=3, help="runs of each page (default: 3)")
    arguments = parser.parse_args()
    kept = ROOT / "build" / "lighthouse" / "reports"
    kept.mkdir(parents=True, exist_ok=True)
    low = 0
    print(f"{'page':24} {'form':8} {'  '.join(CATEGORIES)}")
    with tempfile.TemporaryDirectory() as folder, served_site(Path(folder)) as root:
        for page in arguments.pages:
            for form in ("mobile", "desktop"):
                report = kept / f"{page.strip('/').replace('/', '-') or 'home'}-{form}.json"
                marks = median_marks(root + page, report, form, arguments.runs)
                low += sum(mark < LEAST for mark in marks.values())
                columns = "  ".join(f"{marks[name]:{len(name)}}" for name in CATEGORIES)
                print(f"{page or 'home':24} {form:8} {columns}", flush=True)
    if low:
        print(f"{low} marks are below {LEAST}; the reports are in {kept}.", file=sys.stderr)
    return bool(low)


if __name__ == "__main__":
    raise SystemExit(main())
