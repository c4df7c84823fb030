"""The numbers of the system calls that are denied, against the headers of the kernel."""

import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap
from autograder.worker.confine import MACHINES, Confinement, landlock_version

GENERIC = Path("/usr/include/asm-generic/unistd.h")  # arm64's table, from linux-libc-dev
NAMED = re.compile(r"#define\s+__NR(?:3264)?_(\w+)\s+(?:__NR3264_\w+|(\d+))")


def numbers(text: str) -> dict[str, int]:
    """The calls that a header defines. arm64 takes `mmap` and others by their 64-bit names."""
    return {name: int(number) for name, number in NAMED.findall(text) if number}


@pytest.mark.skipif(not GENERIC.is_file(), reason=f"no {GENERIC}: install linux-libc-dev")
def test_numbers_on_aarch64_are_the_generic_ones():
    known = numbers(GENERIC.read_text(encoding="utf-8"))
    ours = MACHINES["aarch64"].calls
    assert {name: known.get(name) for name in ours} == ours


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the headers are those of this machine")
def test_numbers_on_x86_64_are_those_of_its_header():
    found = subprocess.run(
        ["find", "/usr/include", "-name", "unistd_64.h"], capture_output=True, text=True, check=True
    ).stdout.split()
    if not found:
        pytest.skip("no unistd_64.h: install linux-libc-dev")
    known = numbers(Path(found[0]).read_text(encoding="utf-8"))
    ours = MACHINES["x86_64"].calls
    assert {name: known.get(name) for name in ours} == ours


def test_both_machines_deny_the_same_calls():
    first, second = (set(machine.calls) for machine in MACHINES.values())
    assert first == second


# One process imports PyTorch, which takes long; a child of it for each level computes.
GRADIENT = """
import os, sys, torch
from autograder.worker.confine import Confinement, confine
from course import models
torch.set_num_threads(1)
for wanted in sys.argv[1:]:
    if not os.fork():
        confine(Confinement.from_argument(wanted))
        generator = torch.Generator().manual_seed(0)
        images = torch.rand(96, 1, 28, 28, generator=generator).requires_grad_()
        models.build("tiny-cnn", seed=1)(images).square().sum().backward()
        print(images.grad.numpy().tobytes().hex(), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_numbers_are_the_same_at_every_level(tmp_path):
    """PyTorch reads the processor's features: without them it would add in another order."""
    readable = [str(path) for path in bubblewrap.readable()]
    wanted = [Confinement(level, str(tmp_path), None, readable) for level in ("none", "medium")]
    command = [sys.executable, "-c", GRADIENT, *(each.as_argument() for each in wanted)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first == second
    assert len(first) > 1000
