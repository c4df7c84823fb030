"""Fuzzes the readers of untrusted bytes, guided by coverage: `make fuzz`, or one target by name.

Needs atheris (`pip install -e '.[fuzz]'`; Linux). Each target (see `fuzz/`) gets its share of the
time. An input that crashes a reader is written to `build/fuzz/`, and the exit status is 1.
With `--keep`, small inputs that reach new code are added to `tests/fuzz/corpus/`.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

BUILD = Path(__file__).parent.parent / "build" / "fuzz"
CORPUS = Path(__file__).parent.parent / "tests" / "fuzz" / "corpus"
NAMES = ("frame", "notebook", "archive")
TARGET = "FUZZ_TARGET"  # names the target in the environment of libFuzzer's process
SMALL = 512  # bytes of an input that is worth keeping in the repository
LIMITS = ["-max_len=4096", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]
WORDS = {
    "frame": "tensors dtype shape float32 float64 int64 int32 uint8 bool result $tensor $ref $dict "
    "$opaque NaN Infinity 1e999 \\\\ud800",
    "notebook": "cells cell_type code markdown raw source metadata nbgrader grade_id fgsm grade "
    "attack_success_rate locked solution attachments image/png worksheets nbformat NaN \\\\ud800",
    "archive": "PK\\x03\\x04 PK\\x01\\x02 PK\\x05\\x06 a3-fgsm.ipynb a3-fgsm/a3-fgsm.ipynb ../ "
    "__MACOSX/ .DS_Store",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Fuzz every target, or the one named; returns 0 if all of them survive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("target", nargs="?", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--keep", action="store_true", help="add what is new to the corpus")
    chosen = parser.parse_args(argv)
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install -e '.[fuzz]'", file=sys.stderr)
        return 2
    names = [chosen.target] if chosen.target else NAMES
    failed = [name for name in names if fuzz(name, max(1, chosen.seconds // len(names)))]
    for name in names if chosen.keep else ():
        keep(name)
    print(f"Not survived: {', '.join(failed)}; see {BUILD}" if failed else "All survived.")
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> int:
    """Fuzz one target for some seconds; returns libFuzzer's exit status."""
    print(f"--- {name}, {seconds} seconds", flush=True)
    (BUILD / name).mkdir(parents=True, exist_ok=True)
    dictionary = BUILD / f"{name}.dict"
    dictionary.write_text("\n".join(f'"{word}"' for word in WORDS[name].split()) + "\n")
    options = [f"-dict={dictionary}", f"-artifact_prefix={BUILD}/{name}-"]
    options.append(f"-max_total_time={seconds}")
    return lib_fuzzer(name, *options, str(BUILD / name), str(CORPUS / name))


def keep(name: str) -> None:
    """Add the inputs found to the corpus: libFuzzer stores an input only if it reaches new code."""
    for path in (BUILD / name).iterdir():
        if path.stat().st_size <= SMALL:
            shutil.copy(path, CORPUS / name)


def lib_fuzzer(name: str, *options: str) -> int:
    """Run libFuzzer in a separate process, because it ends its process and may start it again."""
    command = [sys.executable, __file__, *LIMITS, *options]
    return subprocess.run(command, env={**os.environ, TARGET: name}, check=False).returncode


def in_its_own_process() -> None:
    """Run in libFuzzer's process, with libFuzzer's own arguments."""
    import atheris  # noqa: PLC0415

    with atheris.instrument_imports(include=["autograder"]):
        from fuzz import TARGETS  # noqa: PLC0415
    atheris.Setup(sys.argv, TARGETS[os.environ[TARGET]])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(in_its_own_process() if TARGET in os.environ else main())
