"""Scripts whose source is more than a parser or a judge is made for."""

from __future__ import annotations

from pathlib import Path

from redteam.odd_files.odd_file import IDENTITY, found, script


@found("WRONG", "CRASH")
def nul_bytes(folder: Path) -> None:
    """A script with NUL bytes"""
    script(folder, IDENTITY + "\0x = 1\n")


@found("WRONG", "CRASH")
def deep_brackets(folder: Path) -> None:
    """An expression nested ten thousand deep"""
    script(folder, IDENTITY + "x = " + "(" * 10_000 + ")" * 10_000 + "\n")


@found("WRONG", "CRASH")
def long_sum(folder: Path) -> None:
    """A sum of a hundred thousand terms, which overflows a recursive compiler"""
    script(folder, IDENTITY + "x = 1" + "+1" * 100_000 + "\n")


@found("FORMAT")
def eight_megabytes_of_code(folder: Path) -> None:
    """More source than a person writes: room for a network's weights"""
    script(folder, IDENTITY + f'weights = "{"x" * (8 << 20)}"\n')


@found("WRONG", "TIMEOUT", "LIMIT")
def long_dependencies(folder: Path) -> None:
    """Fifteen thousand statements, each of which needs the one below it"""
    chain = "".join(f"x{n} = x{n + 1}\n" for n in range(15_000))
    script(folder, "x15000 = 0\n" + chain + IDENTITY + "fgsm = (x0, fgsm)[1]\n")
