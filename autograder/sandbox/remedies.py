"""Remedies where a machine lacks a level, and the notice for grading without isolation."""

from __future__ import annotations

import platform
import textwrap
from textwrap import indent

from autograder.sandbox import levels
from autograder.sandbox.bubblewrap import APPARMOR_PROFILE

APPARMOR = f"""write /etc/apparmor.d/bwrap, then `sudo systemctl reload apparmor`:
{indent(APPARMOR_PROFILE, "    ")}"""
ELSEWHERE = {
    "Darwin": "macOS has no such isolation: grade in a Linux virtual machine or container",
    "Windows": "grade inside WSL2 (`wsl --install`), where this is Linux",
}
WIDTH = 76  # of the notice, with its frame


def bubblewrap_remedy(trouble: str) -> str:
    """The remedy, chosen by bubblewrap's message."""
    if platform.system() in ELSEWHERE:
        return ELSEWHERE[platform.system()]
    if "not installed" in trouble:
        return "Debian or Ubuntu: sudo apt install bubblewrap"
    if "uid map: Permission denied" in trouble or "RTM_NEWADDR" in trouble:
        return f"Ubuntu's AppArmor forbids it user namespaces; {APPARMOR}"
    if "No permissions to create" in trouble:
        return "sudo sysctl kernel.unprivileged_userns_clone=1, or grade as root"
    return "run `bwrap --unshare-all --ro-bind / / true` and see what it says"


def medium_remedy(trouble: str) -> str:
    """The remedy, chosen by the reason."""
    if platform.system() in ELSEWHERE:
        return ELSEWHERE[platform.system()]
    if "closed to other users" in trouble:
        return (
            "set the course up outside that folder, with a Python that every user may read: "
            "/usr/bin/python3 -m venv /opt/course"
        )
    if "Landlock" in trouble:
        return "a kernel from 5.13 on, with landlock among its security modules"
    return ""


def notice(level: str) -> str:
    """A box that says what is missing, for an instructor who grades at a level below `strong`.

    Empty at `strong`.
    """
    if level == "strong":
        return ""
    said = {
        "medium": "Students' code runs at level medium. For level strong:",
        "none": "STUDENTS' CODE RUNS WITHOUT ISOLATION. It can read, change and send away whatever "
        "you can. Missing:",
    }
    lines = textwrap.wrap(said[level], WIDTH - 4)
    remedies = {"strong": bubblewrap_remedy, "medium": medium_remedy}
    for better in levels.LEVELS[: levels.LEVELS.index(level)]:
        trouble = levels.trouble(better)
        lines += textwrap.wrap(f"- level {better}: {trouble}", WIDTH - 4, subsequent_indent="  ")
        for line in remedies[better](trouble).splitlines():
            lines += textwrap.wrap(line, WIDTH - 4, initial_indent="  ", subsequent_indent="  ")
    lines += ["Everything that this machine offers: autograder doctor"]
    rows = [f"│ {line:{WIDTH - 4}} │" for line in lines]
    edge = "─" * (WIDTH - 2)
    return "\n".join([f"┌{edge}┐", *rows, f"└{edge}┘"])
