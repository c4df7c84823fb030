"""One run of nbgrader in a throw-away box: hand-ins are hostile, and nbgrader has no sandbox.

The box protects this machine; inside it, attacks have the same effect as on an instructor's.
Nothing written leaves it, it has no network, no process outlives it, and memory, processes and time
are bounded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from autograder.sandbox.box import kill
from autograder.sandbox.bubblewrap import SYSTEM, parents
from autograder.sandbox.watch import Watch, tree, wait_gone
from autograder.worker.limits import Limits

INSIDE = Path(__file__).parent / "inside.py"
ROOT = Path(__file__).parent.parent.parent
MEMORY = 3 << 30
LIMITS = {"as": 6 << 30, "fsize": 512 << 20, "core": 0, "nofile": 1024}  # of each process
PROCESSES = 256
CPU = 4  # computing time, as a multiple of the time that a run may take


def run(
    template: Path, handed: Path, assignment: str, attacker: str, seconds: float
) -> dict[str, Any]:
    """The outcome of grading the hand-ins in `handed`, as `inside.main` reports it.

    Only `died` when the run was ended: by the attack, or because of its memory.
    """
    inner = [sys.executable, "-s", "/inside.py", assignment, attacker, str(seconds)]
    process = subprocess.Popen(
        command(template, handed, inner),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    limits = Limits(memory_bytes=MEMORY, total_cpu_seconds=CPU * seconds, processes=PROCESSES)
    watch = Watch(process.pid, limits, lambda members: 0, lambda: kill(process))
    late = False
    try:
        out, error = process.communicate(timeout=seconds + 60)
    except subprocess.TimeoutExpired:
        late = True
        members = tree(process.pid)
        kill(process)
        out, error = process.communicate()
        wait_gone(members)
    finally:
        watch.end()
    try:
        report: dict[str, Any] = json.loads(out.decode().splitlines()[-1])
        return report
    except (ValueError, IndexError):
        reason = watch.reason or ("time" if late else "killed")
        return {"died": reason, "stderr": error.decode(errors="replace")[-500:]}


def command(template: Path, handed: Path, inner: list[str]) -> list[str]:
    """The command line of the box around `inner`."""
    # As root a user of its own for each run, or one run's processes would count against another's.
    user = 300_000 + threading.get_native_id() % 100_000 if os.geteuid() == 0 else None
    arguments = ["prlimit", *(f"--{name}={most}" for name, most in LIMITS.items())]
    arguments += ["bwrap", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    arguments += ["--die-with-parent", "--new-session", "--hostname", "jail", "--clearenv"]
    if user is None:
        arguments += ["--unshare-user", "--disable-userns", "--cap-drop", "ALL"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    home = "/home/instructor"
    for folder in ("/dev/shm", "/tmp", "/course", home):
        arguments += [*parents(Path(folder)), "--perms", "1777", "--size", str(256 << 20)]
        arguments += ["--tmpfs", folder]
    shown = {Path(path): Path(path) for path in (*SYSTEM, "/etc/passwd", "/etc/group")}
    for prefix in (sys.base_prefix, sys.prefix, ROOT / "course"):
        shown[Path(prefix).absolute()] = Path(prefix).absolute()
    shown |= {template: Path("/template"), handed: Path("/handed"), INSIDE: Path("/inside.py")}
    for path, target in shown.items():
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(target)]
        elif path.exists():
            arguments += [*parents(target), "--ro-bind", str(path), str(target)]
    environment = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, value in environment.items():
        arguments += ["--setenv", name, value]
    arguments += ["--chdir", "/course"]
    if user is not None:
        arguments += ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups"]
        arguments += ["--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    return [*arguments, "prlimit", f"--nproc={PROCESSES}", *inner]
