"""A whole term: 60 students, three sections, groups, extensions, attempts, six assignments.

From the archives of a learning system to the filled sheet. The judge's part is taken by a number
that each file holds, and what must come out is worked out here, by other means.
"""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from autograder import catalog
from autograder.cli import main
from autograder.report.results import Result

ASSIGNMENTS = list(catalog.ASSIGNMENTS)
WORTH = {
    name: sum(catalog.points(name).values()) + catalog.assignment(name).by_hand
    for name in ASSIGNMENTS
}
JUDGED = {name: sum(catalog.points(name).values()) for name in ASSIGNMENTS}
STUDENTS = [f"s{number:02d}" for number in range(60)]
GROUPS = {"s10": "Red", "s11": "Red", "s20": "Blue", "s21": "Blue", "s22": "Blue"}
EXTENDED = {f"s{number:02d}": number // 10 + 1 for number in (5, 15, 25, 35, 45)}  # days
DEADLINE = datetime(2026, 11, 20, 23, 59, tzinfo=timezone.utc)
ABSENT = 59


def attempts(number: int, place: int) -> list[tuple[datetime, float]]:
    """When a student handed in, and the share of points each time: later is better."""
    if number == ABSENT:
        return []
    start = DEADLINE + timedelta(hours=(number % 7 - 4) * 20, minutes=place)
    return [(start + timedelta(hours=9 * n), (number % 5 + n) / 8) for n in range(1 + number % 3)]


def archive(assignment: str) -> bytes:
    """What Blackboard hands out; groups hand in once."""
    packed, seen = io.BytesIO(), set()
    with zipfile.ZipFile(packed, "w") as made:
        for number, student in enumerate(STUDENTS):
            user = GROUPS.get(student, student)
            if user in seen:
                continue
            seen.add(user)
            for when, share in attempts(number, ASSIGNMENTS.index(assignment)):
                name = f"Home_work_{user}_attempt_{when:%Y-%m-%d-%H-%M-%S}_{assignment}.py"
                made.writestr(name, f"# {share}\n")
    return packed.getvalue()


def expected(student: str, assignment: str) -> float | None:
    """The final points: the newest attempt by the deadline, or the newest; 10 % a started day."""
    leader = next((s for s in STUDENTS if GROUPS.get(s) == GROUPS.get(student, "")), student)
    tries = attempts(STUDENTS.index(leader), ASSIGNMENTS.index(assignment))
    if not tries:
        return None
    in_time = [each for each in tries if each[0] <= DEADLINE]
    when, share = (in_time or tries)[-1]
    deadline = DEADLINE + timedelta(days=EXTENDED.get(student, 0))
    late = max(0.0, (when - deadline).total_seconds())
    days = int(-(-late // 86_400))
    raw = round(share * JUDGED[assignment], 2)
    raw += 5 if assignment == "a6-audit" else 0
    return round(max(0.0, raw - round(min(days * 10, 50) / 100 * WORTH[assignment], 2)), 2)


def judge(assignment: str) -> None:
    """Results as the judge writes them, with points from the number in each file."""
    folder = Path("grades", assignment)
    (folder / "results").mkdir(parents=True)
    by_hand = catalog.assignment(assignment).by_hand
    lines = ["student,question,points"]
    for path in Path("submitted").glob(f"*/{assignment}/{assignment}.py"):
        student, share = path.parents[1].name, float(path.read_text()[1:])
        score = round(share * JUDGED[assignment], 2)
        result = Result(
            student, assignment, "digits", "WRONG", score, JUDGED[assignment], "none", 0.0, [],
            by_hand=by_hand,
        )  # fmt: skip
        (folder / "results" / f"{student}.json").write_text(result.to_json())
        lines += [f"{student},{q.id},2.5" for q in catalog.assignment(assignment).written]
    if by_hand:
        (folder / "by-hand.csv").write_text("\n".join(lines) + "\n")


@pytest.fixture
def term(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lines = ["id,name,section,group,extensions"]
    for number, student in enumerate(STUDENTS):
        days = EXTENDED.get(student)
        until = "; ".join(f"{name}=+{days}d" for name in ASSIGNMENTS) if days else ""
        group = GROUPS.get(student, "")
        lines.append(f"{student},Name {number},{number % 3},{group},{until}")
    Path("class.csv").write_text("\n".join(lines) + "\n")
    rules = ['roster = "class.csv"', "[late]", "per_day = 10", "most = 50"]
    for name in ASSIGNMENTS:
        rules += [f"[assignments.{name}]", f'deadline = "{DEADLINE.isoformat()}"']
    Path("term.toml").write_text("\n".join(rules) + "\n")
    for name in ASSIGNMENTS:
        Path(f"{name}.zip").write_bytes(archive(name))
        options = ["--roster", "class.csv", "--timezone", "UTC", "--deadline", DEADLINE.isoformat()]
        assert main(["collect", name, f"{name}.zip", "submitted", *options]) == 0
        judge(name)


def test_from_archives_to_sheets(term, capsys):
    assert main(["marks", "term.toml"]) == 1
    absent = f"nothing handed in, counts as 0 (1): s{ABSENT}"
    assert capsys.readouterr().err.count(absent) == len(ASSIGNMENTS)
    with open("marks.csv", newline="") as file:
        rows = {row["student"]: list(row.values()) for row in csv.DictReader(file)}
    assert list(rows) == STUDENTS
    for student, row in rows.items():
        for place, assignment in enumerate(ASSIGNMENTS):
            points = expected(student, assignment)
            assert row[7 + 4 * place] == ("" if points is None else f"{points:g}"), student
    sheet = "Last Name\tFirst Name\tUsername\tAudit [Total Pts: 30 Score] |7\n"
    sheet += "".join(f"N\tA\t{student}\t\n" for student in STUDENTS)
    Path("gc.xls").write_bytes(sheet.encode("utf-16"))
    options = ["--sheet", "gc.xls", "--assignment", "7", "--term", "term.toml"]
    main(["export", "grades/a6-audit", "--format", "blackboard", *options])
    filled = Path("gc-graded.xls").read_bytes().decode("utf-16").splitlines()[1:]
    for line, student in zip(filled, STUDENTS, strict=True):
        points = expected(student, "a6-audit")
        assert line.split("\t")[-1] == ("" if points is None else f"{points:g}"), student


def test_an_override_survives_and_reaches_the_marks(term):
    path = Path("grades/a6-audit/by-hand.csv")
    text = path.read_text().replace("student,question,points", "student,question,points,comment,by")
    path.write_text(text + "s00,score,20,a clear case,eve\n")
    main(["marks", "term.toml", "--out", "after.csv"])
    with open("after.csv", newline="") as file:
        first = next(csv.DictReader(file))
    assert first["a6-audit raw"] == "25"
    judged = json.loads(Path("grades/a6-audit/results/s00.json").read_text())
    assert judged["score"] != 25
