"""Starting the worker: the one place that decides what a student's process can see and reach.

`launch` gives a running process and its end of a socket. Levels are named as in the results:
`strong` and `medium` isolate the process, `none` only separates and limits it. What each level
needs is this file's business; nothing above it changes when a level is added.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.limits import Limits

# What a worker inherits; everything else in the environment stays outside.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONSAFEPATH": "1",
}


def strongest_level() -> str:
    """The strongest level this machine and this version of the grader offer."""
    return "none"


@dataclass
class Box:
    """A started worker: its process, the judge's end of the socket, its scratch folder."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    scratch: Path
    level: str

    def close(self) -> None:
        """End the worker and everything it started, and remove what it wrote."""
        self.connection.close()
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        self.process.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def launch(level: str, limits: Limits) -> Box:
    """Start a worker at `level` in a scratch folder of its own. Raises OSError when it cannot."""
    scratch = Path(tempfile.mkdtemp(prefix="autograder-"))
    ours, theirs = socket.socketpair()
    # Not -I: it would ignore PYTHONHASHSEED, and the order of a student's sets would vary by run.
    command = [sys.executable, "-s", "-m", "autograder.worker"]
    with theirs:
        process = subprocess.Popen(
            [*command, str(theirs.fileno()), limits.as_argument()],
            cwd=scratch,
            env={**ENVIRONMENT, "HOME": str(scratch), "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
    return Box(process, ours, scratch, level)
