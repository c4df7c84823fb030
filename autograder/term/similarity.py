"""`autograder similar`: hand-ins that look alike, and results to look at, listed for a human.

Code is compared by its shape: names, numbers, texts, comments and layout are taken out, runs of
tokens are hashed, and of the hashes a few are selected by winnowing (Schleimer, Wilkerson & Aiken
2003, "Winnowing: local algorithms for document fingerprinting", the method of MOSS). Code of the
release, of the reference, or of many students is left out. Trained weights are compared by the
sketches in the results (`autograder/judge/sketch.py`). Code that is the same, or nearly so, is
listed in groups, however many share it. A list is no verdict: two people may think alike.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder import catalog, installed
from autograder.errors import StudentFault
from autograder.files import write_atomically
from autograder.grading.jobs import find_jobs
from autograder.handin import submission
from autograder.report.feedback import environment
from autograder.report.results import Result, guarded, read_results
from autograder.term.fingerprints import fingerprints, tokens

COMMON = 0.15  # fingerprints of this part of a class, at least COMMON_AT_LEAST students, are common
COMMON_AT_LEAST = 4
ALIKE = 0.75  # of the own fingerprints of the one that has fewer
ENOUGH = 8  # shared fingerprints; fewer may be chance
NEARLY = 0.9  # of all fingerprints of two hand-ins; independent work shares at most 0.75
FOR_A_HUMAN = "For a human to look at; never a mark, and no proof of anything."


@dataclass(frozen=True)
class Work:
    """One student's code: its lines, and its fingerprints with the lines they begin and end on."""

    student: str
    lines: list[str]
    prints: dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Pair:
    """Two hand-ins that look alike: how much of the smaller one's own code is in the other."""

    first: Work
    second: Work
    shared: frozenset[int]
    likeness: float


@dataclass(frozen=True)
class Copies:
    """Students who handed in the same code: line by line, or nearly. own: whether it holds more
    than the release and the reference."""

    students: list[str]
    identical: bool
    own: bool

    @property
    def words(self) -> str:
        """How much alike they are."""
        same = "the same code" if self.identical else "nearly the same code"
        return same if self.own else f"{same}, all of it in the release or the reference"


@dataclass(frozen=True)
class Twins:
    """Two students whose trained weights agree: the sketches share this part of their bits."""

    first: str
    second: str
    agreement: float


def similar_command(args: argparse.Namespace) -> int:
    """Compare every two hand-ins and write the list. Exit 0, whatever was found."""
    catalog.assignment(args.assignment)
    results = [] if args.grades is None else read_results(args.grades)
    jobs = find_jobs(args.submissions, args.assignment)
    works, unread = read_class([(job.student, Path(job.path)) for job in jobs], args.assignment)
    known = known_prints(args.assignment)
    pairs, groups = alike(works, known), copies(works, known)
    twins = alike_weights(results)
    notable = [(result.student, why) for result in results if (why := reason(result))]
    write_atomically(args.out / "similar.csv", as_csv(pairs))
    write_atomically(args.out / "groups.csv", groups_csv(groups))
    write_atomically(args.out / "weights.csv", weights_csv(twins))
    page = as_html(args.assignment, pairs, notable, twins, groups)
    write_atomically(args.out / "index.html", page)
    for group in groups:
        print(f"{len(group.students)} students, {group.words}: {', '.join(group.students)}")
    for pair in pairs:
        print(f"{100 * pair.likeness:3.0f} %  {pair.first.student}  {pair.second.student}")
    for each in twins:
        print(f"{100 * each.agreement:3.0f} %  {each.first}  {each.second}  (weights)")
    for student, why in notable:
        print(f"       {student}: {why}")
    if unread:
        print(f"not compared, as they cannot be read: {', '.join(unread)}")
    count = len(works) * (len(works) - 1) // 2
    print(
        f"groups with the same code: {len(groups)}; {len(pairs)} of {count} pairs look alike: "
        f"{args.out / 'index.html'}. {FOR_A_HUMAN}"
    )
    return 0


def read_class(
    folders: Iterable[tuple[str, Path]], assignment: str
) -> tuple[list[Work], list[str]]:
    """The code of each student, and the students whose file cannot be read."""
    works, unread = [], []
    for student, folder in folders:
        try:
            path = submission.located(folder, assignment)
            cells = submission.read(path, (), assignment).cells
        except (StudentFault, OSError):
            unread.append(student)
            continue
        works.append(work(student, "\n\n".join(cell.source for cell in cells)))
    return works, unread


def work(student: str, source: str) -> Work:
    """The fingerprints of one hand-in."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").split("\n")
    return Work(student, lines, fingerprints(tokens("\n".join(lines))))


def known_prints(assignment: str) -> set[int]:
    """Fingerprints of the released notebook and of the reference, which no student wrote."""
    known: set[int] = set()
    for path in (installed.NOTEBOOKS / assignment).glob("*.ipynb"):
        cells = submission.read(path).cells
        known |= work("", "\n\n".join(cell.source for cell in cells)).prints.keys()
    return known


# --- fingerprints --------------------------------------------------------------------------------


def alike(works: Sequence[Work], known: Iterable[int] = ()) -> list[Pair]:
    """The pairs that share most of what is not common, the most alike first."""
    counts = Counter(value for each in works for value in each.prints)
    limit = max(COMMON_AT_LEAST, COMMON * len(works))
    common = {value for value, count in counts.items() if count > limit} | set(known)
    own = {each.student: each.prints.keys() - common for each in works}
    pairs = []
    for first, second in itertools.combinations(works, 2):
        shared = own[first.student] & own[second.student]
        smaller = min(len(own[first.student]), len(own[second.student]))
        if len(shared) >= ENOUGH and len(shared) >= ALIKE * smaller:
            pairs.append(Pair(first, second, frozenset(shared), len(shared) / smaller))
    return sorted(pairs, key=lambda pair: (-pair.likeness, -len(pair.shared)))


def copies(works: Sequence[Work], known: Iterable[int] = ()) -> list[Copies]:
    """The groups of hand-ins with the same code or nearly the same, the largest first.

    What many share counts here: otherwise a copy would vanish as soon as enough students have it.
    """
    texts: dict[str, list[Work]] = defaultdict(list)
    for each in works:
        texts["\n".join(each.lines).strip()].append(each)
    known = set(known)
    own = {text: group[0].prints.keys() - known for text, group in texts.items()}
    groups = {text: [text] for text in texts}  # texts of one group share one list
    for first, second in itertools.combinations(texts, 2):
        shared, together = own[first] & own[second], own[first] | own[second]
        alike_enough = len(shared) >= ENOUGH and len(shared) >= NEARLY * len(together)
        if alike_enough and groups[first] is not groups[second]:
            groups[first] += groups[second]
            groups.update(dict.fromkeys(groups[second], groups[first]))
    found = []
    for same in {id(group): group for group in groups.values()}.values():
        students = [each.student for text in same for each in texts[text]]
        if len(students) > 1:
            has_own = any(len(own[text]) >= ENOUGH for text in same)
            found.append(Copies(students, len(same) == 1, has_own))
    return sorted(found, key=lambda group: (not group.own, -len(group.students)))


# --- weights -------------------------------------------------------------------------------------


def alike_weights(results: Iterable[Result]) -> list[Twins]:
    """The pairs whose trained weights are nearly the same, the most alike first.

    Only sketches by one check with one secret can be compared. Weights that agree with those of
    many students come from the usual recipe, and are left out.
    """
    groups: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for result in results:
        for check in result.checks:
            if check.sketch:
                drawn = (result.profile, check.name, str(result.provenance.get("secret_id")))
                groups[drawn].append((result.student, check.sketch))
    found: list[Twins] = []
    for group in groups.values():
        found += twins_in(group)
    return sorted(found, key=lambda each: -each.agreement)


def twins_in(group: Sequence[tuple[str, str]]) -> Iterator[Twins]:
    """The pairs of one group, without weights that many students have."""
    from autograder.judge.sketch import ALIKE, agreement  # noqa: PLC0415  PyTorch

    near = [
        Twins(first, second, share)
        for (first, one), (second, other) in itertools.combinations(group, 2)
        if (share := agreement(one, other)) >= ALIKE
    ]
    counts = Counter(name for each in near for name in (each.first, each.second))
    limit = max(COMMON_AT_LEAST, COMMON * len(group))
    return (each for each in near if max(counts[each.first], counts[each.second]) < limit)


# --- results to look at --------------------------------------------------------------------------


def reason(result: Result) -> str:
    """Why a person may want to look at a result; empty for most."""
    if result.status == "REVIEW":
        return "the grader asks for a decision"
    if result.status == "LIMIT":
        return "ran into a limit of memory, processes or disk"
    forged = [check.title for check in result.checks if check.status == "FORMAT"]
    if forged:
        return f"answered with something that is no answer: {forged[0]}"
    ended = [check.title for check in result.checks if "ended by itself" in check.got]
    return f"ended its own process: {ended[0]}" if ended else ""


# --- lists ---------------------------------------------------------------------------------------


def as_csv(pairs: Sequence[Pair]) -> str:
    """`first,second,likeness,shared_fingerprints`, safe to open in a spreadsheet."""
    return table(
        ("first", "second", "likeness", "shared_fingerprints"),
        (
            (pair.first.student, pair.second.student, f"{pair.likeness:.2f}", f"{len(pair.shared)}")
            for pair in pairs
        ),
    )


def groups_csv(groups: Sequence[Copies]) -> str:
    """`group,student,alike`, one row for each student of a group, safe in a spreadsheet."""
    return table(
        ("group", "student", "alike"),
        (
            (f"{number}", student, group.words)
            for number, group in enumerate(groups, start=1)
            for student in group.students
        ),
    )


def weights_csv(twins: Sequence[Twins]) -> str:
    """`first,second,agreement`, safe to open in a spreadsheet."""
    return table(
        ("first", "second", "agreement"),
        ((each.first, each.second, f"{each.agreement:.2f}") for each in twins),
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV whose cells no spreadsheet reads as formulas."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue()


def as_html(
    assignment: str,
    pairs: Sequence[Pair],
    notable: Sequence[tuple[str, str]] = (),
    twins: Sequence[Twins] = (),
    groups: Sequence[Copies] = (),
) -> str:
    """The groups with the same code, the pairs with what they share side by side, the weights, and
    the results to look at."""
    rows = [(pair, excerpt(pair.first, pair.shared), excerpt(pair.second, pair.shared))
            for pair in pairs]  # fmt: skip
    template = environment().get_template("similar.html")
    return template.render(
        assignment=assignment,
        rows=rows,
        notable=notable,
        twins=twins,
        groups=groups,
        words=FOR_A_HUMAN,
    )


def excerpt(one: Work, shared: Iterable[int]) -> list[tuple[int, str]]:
    """The lines of a hand-in with shared fingerprints, and their numbers; at most 60."""
    marked: set[int] = set()
    for value in shared:
        first, last = one.prints[value]
        marked.update(range(first, last + 1))
    return [(number, one.lines[number - 1]) for number in sorted(marked)][:60]
