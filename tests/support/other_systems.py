"""Programs that take away what Python lacks on Windows and macOS, and then run a command."""

# `autograder check` in a student's install, without what Windows lacks, or on macOS.
ELSEWHERE = """
import os, pathlib, runpy, signal, socket, sys
sys.modules["solutions"] = None
if sys.argv.pop(1) == "windows":
    for name in ("resource", "fcntl", "pwd", "grp", "termios"):
        sys.modules[name] = None
    for name in ("fork", "setsid", "killpg", "geteuid", "getuid", "setresuid", "sysconf", "O_PATH"):
        delattr(os, name)
    for name in ("SIGKILL", "SIGXCPU", "SIGXFSZ", "pidfd_send_signal"):
        delattr(signal, name)
    for name in ("AF_UNIX", "recv_fds", "send_fds"):
        delattr(socket, name)
wheel = sys.argv.pop(1)
sys.path.insert(0, wheel)
from autograder.sandbox import levels, watch
assert levels.__file__.startswith(wheel), levels.__file__
if (mac := pathlib.Path(wheel, "sitecustomize.py")).is_file():
    runpy.run_path(mac)
    watch.PROC, os.environ["PATH"] = pathlib.Path("/no/proc"), ""
else:
    levels.can_start = lambda: False
from autograder import cli
from autograder.report import table
if sys.argv.pop(1) == "json":
    table.as_text = lambda result, colour: result.to_json()
sys.exit(cli.main(sys.argv[1:]))
"""

# What macOS lacks, for the command and, read by every Python at its start, for its worker.
MACOS = """
import ctypes, io, os, platform, resource, signal, sys

def system(real=platform.system):  # PyTorch looks for its own files by it
    asked_by = sys._getframe(1).f_globals["__name__"]
    return "Darwin" if asked_by.startswith("autograder") else real()

platform.system = system
for name in ("sched_getaffinity", "sched_setaffinity", "pidfd_open", "memfd_create", "unshare"):
    if hasattr(os, name):
        delattr(os, name)
del signal.pidfd_send_signal

class Library(ctypes.CDLL):
    def __getattr__(self, name):
        if name in ("prctl", "syscall", "unshare", "mount", "capset"):
            raise AttributeError(name)
        return super().__getattr__(name)

def setrlimit(kind, limits, real=resource.setrlimit):
    if kind == resource.RLIMIT_AS:
        raise ValueError("current limit exceeds maximum limit")
    real(kind, limits)

def opened(path, *arguments, real=io.open, **options):
    if str(path).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", str(path))
    return real(path, *arguments, **options)

ctypes.CDLL, resource.setrlimit, io.open = Library, setrlimit, opened
"""
