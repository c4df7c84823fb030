"""What the judge makes once for all students: trained networks, chosen images, reference values.

They depend on the setting alone, so they are the same for all who need them: the slots of a class,
a later `--resume`, `autograder check`, `autograder bundle`, nbgrader. They come from the cache, or
are made and kept there before the first submission is judged. Slots, on this and on other machines,
get them as bytes and never look into the cache themselves.

A module of checks names what is worth being made ahead: its function `make_ahead(setting)`. With
`MADE_WHOLE = True` it says that this is all that the checks remember.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import json
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial

import torch

from autograder import catalog
from autograder.judge import answer_key, bars, cache, pictures
from autograder.judge.provenance import provenance
from autograder.judge.setting import Setting


@dataclass(frozen=True)
class Made:
    """What was made for a class, in the format of `answer_key.dumps`.

    public: for the pictures on public images; empty where an assignment draws none.
    """

    hidden: bytes
    public: bytes = b""

    def to_line(self) -> str:
        """One line of text, for a slot's standard input."""
        return json.dumps([base64.b64encode(part).decode() for part in (self.hidden, self.public)])

    @classmethod
    def from_line(cls, line: str) -> Made:
        """The inverse of `to_line`."""
        return cls(*map(base64.b64decode, json.loads(line)))


def prepare(setting: Setting) -> Made:
    """What slots get before the first submission. Reports on standard error what is made.

    Raises CourseError where checks need bars that were not measured for this profile.
    """
    bars.require(setting.profile, setting.assignment)
    if setting.assignment not in pictures.ATTACKS:
        return Made(fetched(setting))
    return Made(fetched(setting), fetched(Setting(setting.assignment, setting.profile)))


def make_ready(setting: Setting, *, announce: bool = True) -> None:
    """Give a setting of this process what `make_ahead` makes in it.

    announce: whether a line says that it is being made; a notebook would show it as an error.
    Raises CourseError where checks need bars that were not measured for this profile.
    """
    bars.require(setting.profile, setting.assignment)
    if not setting.stored:  # a student's install has the values of all checks
        setting.take(fetched(setting, announce=announce))


def fetched(setting: Setting, *, announce: bool = True) -> bytes:
    """What `make_ahead` makes in this setting, from the cache or made now."""
    if make_ahead(setting) is None:
        return b""
    entry = cache.Entry(dependences(setting), setting.secret)
    return cache.fetched(entry, partial(make, setting, announce=announce), report)


def report(line: str) -> None:
    """Say on standard error what takes long, and what could not be kept."""
    print("autograder:", line, file=sys.stderr, flush=True)


def dependences(setting: Setting) -> dict[str, object]:
    """All that the values depend on, besides the secret itself.

    The kind of processor too: PyTorch chooses its kernels by it, and they round differently.
    """
    where = provenance(setting, "", "")
    return {
        "assignment": setting.assignment,
        "profile": setting.profile,
        "budget": asdict(setting.budget),
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
        **{name: where[name] for name in ("grader_version", "profile_sha256", "versions")},
    }


def make_ahead(setting: Setting) -> Callable[[Setting], None] | None:
    """The function of the assignment's checks that makes the values; None where none take long."""
    checks = importlib.import_module(catalog.assignment(setting.assignment).module)
    return getattr(checks, "make_ahead", None)


def is_whole(assignment: str) -> bool:
    """Whether `make_ahead` makes all that the checks of an assignment remember."""
    module = importlib.import_module(catalog.assignment(assignment).module)
    return getattr(module, "MADE_WHOLE", False)


def make(setting: Setting, *, announce: bool = True) -> bytes:
    """Make the values, in a setting of their own."""
    fresh = Setting(setting.assignment, setting.profile, setting.secret)
    if announce:
        which = "public" if setting.public else "hidden"
        report(f"{setting.assignment}: making the judge's own networks for {which} inputs, once")
    if (function := make_ahead(setting)) is not None:
        with one_thread():
            function(fresh)
    return answer_key.dumps(fresh.known)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread, as slots do: more would add numbers in another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
