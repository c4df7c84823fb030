"""The libraries that the course's attacks are compared with, each in an environment of its own.

`attacks.py --set-up` makes the environments, in build/peers; nothing is installed otherwise. A
library runs in a process of its own (`peer.py`), which is asked for one run at a time.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from course.errors import CourseError

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "build" / "peers"
PROGRAM = Path(__file__).with_name("peer.py")
LIST = "packages.txt"  # in an environment: what was installed, written last
HOW = "python benchmarks/attacks.py --set-up"


@dataclass(frozen=True)
class Peer:
    """A library to compare with: its name in print, and the packages of its environment."""

    title: str
    packages: tuple[str, ...]


# Beside these, each gets the PyTorch of constraints.txt.
PEERS = {
    "foolbox": Peer("Foolbox", ("foolbox==3.3.4",)),
    "torchattacks": Peer("torchattacks", ("torchattacks==3.5.1", "torchvision==0.28.0")),
    # It imports packaging, and does not ask for it.
    "art": Peer(
        "ART",
        ("adversarial-robustness-toolbox==1.20.1", "packaging==26.3"),
    ),
}


def interpreter(name: str) -> Path:
    """The Python of a library's environment, whether it is there or not."""
    inside = "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    return FOLDER / name / inside


def packages(name: str) -> list[str]:
    """What is installed for a library, with exact versions."""
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    found = re.search(r"^torch==\S+", pins, re.MULTILINE)
    if not found:
        raise CourseError("constraints.txt names no version of torch")
    return [found[0], *PEERS[name].packages]


def is_installed(name: str) -> bool:
    """Whether a library's environment is there, with these versions."""
    list_of_packages = FOLDER / name / LIST
    wanted = "\n".join(packages(name))
    return list_of_packages.is_file() and list_of_packages.read_text(encoding="utf-8") == wanted


def set_up(name: str) -> None:
    """Make a library's environment, or leave it if it has these versions already.

    Raises CourseError where the package index does not have them.
    """
    if is_installed(name):
        return
    python = str(interpreter(name))
    for command in (
        [sys.executable, "-m", "venv", str(FOLDER / name)],
        [python, "-m", "pip", "install", "--quiet", *packages(name)],
    ):
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise CourseError(f"{name} could not be installed: {last_line(ended.stderr)}")
    (FOLDER / name / LIST).write_text("\n".join(packages(name)), encoding="utf-8")


def installed() -> list[str]:
    """The libraries whose environment is there, in the order of the table."""
    return [name for name in PEERS if is_installed(name)]


def last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it gave no reason"


class PeerProcess:
    """A library at work in its own process; `run` asks for one run.

    Raises CourseError where the process ends early, and for another PyTorch than the course's:
    then the libraries would not be what is compared.
    """

    def __init__(self, name: str, task: Path) -> None:
        self.name = name
        self.errors = task.with_name(f"{name}.log").open("w+", encoding="utf-8")
        command = [str(interpreter(name)), "-I", str(PROGRAM), name, str(task)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors, text=True
        )
        try:
            hello = json.loads(self.answer())
            self.version = f"{PEERS[name].title} {hello['version']}"
            if hello["torch"] != torch.__version__:
                raise CourseError(
                    f"{name} has torch {hello['torch']}, the course {torch.__version__}: "
                    f"install that of constraints.txt, remove {FOLDER / name} and run `{HOW}`"
                )
        except CourseError:
            self.close()
            raise

    def run(self, job: str, batch: int, file: Path | None = None) -> dict[str, float]:
        """The seconds of one run, whose result goes to a file if one is named."""
        assert self.process.stdin is not None
        asked = {"job": job, "batch": batch, "file": str(file) if file else None}
        # Where it has ended, its errors say why.
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(asked), file=self.process.stdin, flush=True)
        return json.loads(self.answer())

    def answer(self) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise CourseError(f"{self.name} ended early: {last_line(self.errors.read())}")
        return line

    def close(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        self.process.wait()
        self.errors.close()
