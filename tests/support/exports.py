"""Made-up results, the command `autograder export`, and the files it reads and writes."""

import csv
import io
from pathlib import Path

from autograder.cli import main
from autograder.report.results import CheckResult, Result

EVIL = '=HYPERLINK("http://x","<b>&amp;") \x00\x1b[31m\ud800\uffff ]]> é 张'


def check(name: str = "in_range", status: str = "OK", points: float = 2, **more) -> CheckResult:
    return CheckResult(name, name.replace("_", " "), status, points, 2.0, **more)


def result(student: str, score: float | None = 18.5, status: str = "WRONG", **more) -> Result:
    more.setdefault("checks", [check(), check("budget", "WRONG", 0, expected="<= 0.1", got="0.2")])
    return Result(student, "a3-fgsm", "digits", status, score, 20.0, "strong", 1.5, **more)


def save(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def export(folder: Path, kind: str, *options: object) -> int:
    return main(["export", str(folder), "--format", kind, *map(str, options)])


def cells(path: Path, delimiter: str = ",") -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def refusal(capsys) -> str:
    """The one line on stderr."""
    error = capsys.readouterr().err
    assert error.startswith("autograder: ")
    assert error.count("\n") == 1
    return error
