"""`autograder doctor`: what this machine offers for grading, each probe with its exact remedy."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
from dataclasses import asdict, dataclass

from autograder.errors import GraderFault
from autograder.sandbox import box, bubblewrap, cgroup, levels, preloaded, separate
from autograder.sandbox.hello import await_hello
from autograder.sandbox.remedies import bubblewrap_remedy, medium_remedy
from autograder.sandbox.watch import PAUSE, PROC
from autograder.worker import confine
from autograder.worker.limits import Limits

WORKER = "worker"


@dataclass(frozen=True)
class Probe:
    """One probe: its purpose, whether it passed, what was found, what to do."""

    name: str
    purpose: str
    passed: bool
    found: str
    remedy: str = ""


def probes() -> list[Probe]:
    """Every probe: the level, then what is missing, then what works."""
    level = levels.strongest_level()
    first, *others = [
        Probe(
            "isolation level",
            "what a student's code can reach while it is graded",
            level == "strong",
            level,
            "" if level == "strong" else "see what is missing below",
        ),
        worker_probe(level),
        bubblewrap_probe(),
        *medium_probes(),
        preloaded_probe(level),
        group_probe(),
        Probe(
            "process tree",
            "watch the memory and computing of a worker with all it starts",
            PROC.is_dir(),
            "/proc" if PROC.is_dir() else "no /proc",
            "" if PROC.is_dir() else "only each process alone is limited here",
        ),
        Probe("processors", "submissions judged at once (--jobs)", True, str(os.cpu_count() or 1)),
        Probe("python", "the interpreter that workers run", True, f"{sys.version.split()[0]}"),
    ]
    return [first, *sorted(others, key=lambda probe: probe.passed)]


def worker_probe(level: str) -> Probe:
    """Whether a worker starts, tried with one as the first submission of a class would start it."""
    trouble = start_trouble(level, preloaded=False)
    return Probe(
        WORKER,
        f"run a student's code in a process of its own, at level {level}",
        not trouble,
        trouble or "starts",
        "install the course again, with the versions in constraints.txt" if trouble else "",
    )


def start_trouble(level: str, *, preloaded: bool) -> str:
    """The worker's message if none starts at a level; empty when one does."""
    try:
        with contextlib.closing(box.launch(level, Limits(), preloaded=preloaded)) as worker:
            await_hello(worker)
    except (OSError, GraderFault) as error:
        return str(error)
    return ""


def bubblewrap_probe() -> Probe:
    """Whether bubblewrap works, tried with the options that grading uses."""
    trouble = bubblewrap.trouble()
    return Probe(
        "bubblewrap",
        "level strong: own files, processes and network",
        not trouble,
        trouble or "works",
        bubblewrap_remedy(trouble) if trouble else "",
    )


def preloaded_probe(level: str) -> Probe:
    """Whether workers are forked from a parent that has imported everything, tried with one."""
    trouble = f"not at level {level}"
    if level in preloaded.LEVELS:
        trouble = start_trouble(level, preloaded=True) or box.NURSERIES.trouble.get(level, "")
    return Probe(
        "preloaded workers",
        "start a worker for each submission without importing PyTorch again",
        not trouble,
        trouble or "works",
        "none needed: workers are started cold, which takes longer and grades the same"
        if trouble
        else "",
    )


def group_probe() -> Probe:
    """Whether the kernel limits each worker with all it starts, tried with a group."""
    trouble = cgroup.trouble()
    return Probe(
        "control groups",
        "the kernel itself limits memory and processes of a worker with all it starts",
        not trouble,
        trouble or "works",
        group_remedy(trouble) if trouble else "",
    )


def group_remedy(trouble: str) -> str:
    """The way to delegate a part of the tree, and the limits of a worker without one."""
    user = "" if os.geteuid() == 0 else "--user "
    started = f"systemd-run {user}--scope -p Delegate=yes autograder grade ..."
    if trouble == cgroup.NOT_DELEGATED:
        means = f"with systemd 251 or newer, grade with `{started}`"
    else:
        means = "boot Linux with systemd.unified_cgroup_hierarchy=1"
    return f"{means}; until then the watch on the process tree looks every {PAUSE:g} seconds"


def medium_probes() -> list[Probe]:
    """The parts that level medium needs, and whether it works here."""
    version, trouble = confine.landlock_version(), levels.trouble("medium")
    shared = separate.trouble()
    return [
        Probe(
            "system call filter",
            "levels strong and medium: no network, no new namespaces",
            not confine.trouble(files=False),
            confine.trouble(files=False) or f"seccomp on {platform.machine()}",
        ),
        Probe(
            "Landlock",
            "level medium: no files but the worker's own",
            version > 0,
            f"version {version}" if version else "not in this kernel",
            "" if version else medium_remedy("Landlock"),
        ),
        Probe(
            "namespaces",
            "level medium: own processes, folders and network, without bubblewrap",
            not shared,
            shared or "works",
            "none needed at level strong; at level medium, Landlock closes the files, but other "
            "processes and the times of files can be seen"
            if shared
            else "",
        ),
        Probe(
            "level medium",
            "isolation where bubblewrap does not work",
            not trouble,
            trouble or "works",
            medium_remedy(trouble),
        ),
    ]


def as_text(probed: list[Probe]) -> str:
    """The probes as lines to read."""
    lines = []
    for probe in probed:
        sign = "✓" if probe.passed else "✗"
        found = probe.found.replace("\n", "\n" + 23 * " ")
        lines.append(f"{sign} {probe.name:20} {found}")
        lines.append(f"  {'':20} {probe.purpose}")
        if probe.remedy:
            lines.append(f"  {'':20} remedy: {probe.remedy}")
    return "\n".join(lines)


def as_json(found: list[Probe]) -> str:
    """The probes as JSON."""
    return json.dumps([asdict(probe) for probe in found], indent=2)


def doctor_command(args: argparse.Namespace) -> int:
    """Print every probe. Exit 0 when a worker starts in isolation, 1 when not."""
    found = probes()
    print(as_json(found) if args.json else as_text(found))
    starts = next(probe.passed for probe in found if probe.name == WORKER)
    return 0 if starts and levels.strongest_level() != "none" else 1
