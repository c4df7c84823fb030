"""Copies are found whatever was renamed, moved or commented in them; honest work is not listed."""

import csv
import re
from dataclasses import replace

import honest
import pytest
import sample_class

from autograder.cli import main
from autograder.files import write_atomically
from autograder.report.results import CheckResult, Result
from autograder.term import similarity
from autograder.term.similarity import (
    alike,
    as_csv,
    as_html,
    copies,
    groups_csv,
    known_prints,
    reason,
    work,
)

ASSIGNMENT = "a3-fgsm"


def source(hand_in: sample_class.HandIn) -> str:
    return "\n\n".join(text for _, text in hand_in.cells)


@pytest.fixture(scope="module")
def sample():
    return {each.student: source(each) for each in sample_class.hand_ins(ASSIGNMENT)}


@pytest.fixture(scope="module")
def known():
    return known_prints(ASSIGNMENT)


def renamed(text: str) -> str:
    """Every name of the student's own under another."""
    for name in ("measure", "leaf", "loss", "adversarial", "right", "points", "before", "after"):
        text = re.sub(rf"\b{name}\b", f"my_{name[::-1]}", text)
    return text


def reordered(text: str) -> str:
    """The cells, or functions, in another order."""
    return "\n\n\n".join(reversed(text.split("\n\n\n")))


def commented(text: str) -> str:
    """A comment above every line, another indentation, and a docstring in every function."""
    text = re.sub(r"^( *)(\S)", r"\1\1\2", text, flags=re.MULTILINE)
    text = re.sub(
        r"^( *)(def .*:)$", r'\1\2\n\1        """Mine alone."""', text, flags=re.MULTILINE
    )
    return re.sub(r"^(?= *\S)", "# my own idea\n", text, flags=re.MULTILINE)


def other_numbers(text: str) -> str:
    """Other constants and other texts."""
    return re.sub(r"\b\d+(\.\d+)?\b", "7", text).replace('"sum"', '"mean"')


DISGUISES = {
    "as it is": lambda text: text,
    "renamed": renamed,
    "reordered": reordered,
    "commented": commented,
    "other numbers": other_numbers,
    "all of it": lambda text: commented(renamed(reordered(other_numbers(text)))),
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "with a line that is no Python": lambda text: "!pip install x\n%matplotlib inline\n" + text,
}


@pytest.mark.parametrize("disguise", DISGUISES, ids=list(DISGUISES))
@pytest.mark.parametrize("copied", ["bilal", "hiroshi", "chen"])
def test_a_copy_is_found_in_a_class(sample, known, copied, disguise):
    works = [work(name, text) for name, text in sample.items()]
    works.append(work("copycat", DISGUISES[disguise](sample[copied])))
    (pair,) = alike(works, known)
    assert {pair.first.student, pair.second.student} == {copied, "copycat"}
    assert pair.likeness >= similarity.ALIKE


@pytest.mark.parametrize("assignment", ["a1-cnn", "a3-fgsm", "a5-adversarial-training"])
def test_independent_work_is_not_listed(assignment):
    works = [work(each.student, source(each)) for each in sample_class.hand_ins(assignment)]
    works += [
        work(f"variant {each.path.stem}", each.code)
        for each in honest.variants()
        if each.assignment == assignment
    ]
    assert len(works) >= 15
    known = known_prints(assignment)
    assert alike(works, known) == []
    assert copies(works, known) == []


def test_the_same_code_is_listed_however_many_share_it(sample, known):
    """Five equal files of sixteen were taken for what many share, and not listed at all."""
    names = [f"copy-{number}" for number in range(5)]
    for disguise in ("as it is", "renamed", "commented", "CRLF"):
        works = [work(name, text) for name, text in sample.items()]
        works += [work(names[0], sample["chen"])]
        works += [work(name, DISGUISES[disguise](sample["chen"])) for name in names[1:]]
        (group,) = copies(works, known)
        assert sorted(group.students) == sorted(["chen", *names])
        assert group.own
        assert group.identical == (disguise in ("as it is", "CRLF"))
    (everybody,) = copies([work(f"s{n}", sample["chen"]) for n in range(30)], known)
    assert len(everybody.students) == 30


def test_the_same_code_without_anything_of_its_own_is_listed_and_said_to_be_so(sample, known):
    short = [work(name, "import torch") for name in ("ada", "=bob()")]
    (group,) = copies(short, known)
    assert not group.own
    assert "release" in group.words
    assert groups_csv([group]).splitlines()[2].startswith("1,'=bob()")


def test_what_the_release_holds_and_what_many_share_says_nothing(sample, known):
    many = [work(f"s{n}", sample["chen"]) for n in range(30)]
    assert alike(many) == []
    assert len(alike(many[:2])) == 1
    assert len(known) > 100
    assert alike(many[:2], known | many[0].prints.keys()) == []


def test_short_and_empty_code_is_like_no_other():
    texts = [
        "",
        "x = 1",
        "import torch\n\ndef fgsm(model, images):\n    return images",
        "(((",
        "\0",
    ]
    works = [work(f"{n}-{copy}", text) for n, text in enumerate(texts) for copy in range(2)]
    assert alike(works) == []


def test_lists_are_safe_to_open_and_say_what_they_are(sample):
    nasty = "<script>alert(1)</script>"
    works = [work("=cmd()", sample["bilal"] + nasty), work(nasty, sample["bilal"])]
    pairs = alike(works)
    (head, row) = csv.reader(as_csv(pairs).splitlines())
    assert head == ["first", "second", "likeness", "shared_fingerprints"]
    assert row[0] == "'=cmd()"
    page = as_html(ASSIGNMENT, pairs, [(nasty, nasty)])
    assert nasty not in page
    assert "For a human to look at; never a mark" in page
    assert "leaf.requires_grad = True" in page


def result(**changes) -> Result:
    check = CheckResult("fgsm_returns_images", "It returns images", "OK", 1, 1)
    return replace(
        Result("ada", ASSIGNMENT, "digits", "OK", 20, 20, "strong", 1, [check]), **changes
    )


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (result(), ""),
        (result(status="WRONG"), ""),
        (result(status="REVIEW"), "decision"),
        (result(status="LIMIT"), "limit"),
        (result(checks=[CheckResult("x", "It counts", "FORMAT", 0, 1)]), "It counts"),
        (
            result(
                checks=[CheckResult("x", "T", "CRASH", 0, 1, got="your process ended by itself")]
            ),
            "ended its own process",
        ),
    ],
    ids=["fine", "wrong", "review", "limit", "forged", "ended"],
)
def test_results_that_a_person_may_want_to_see_are_told_why(made, words):
    assert (words in reason(made)) if words else reason(made) == ""


def test_the_command_compares_a_folder_and_names_what_it_cannot_read(tmp_path, capsys):
    works = sample_class.hand_ins(ASSIGNMENT)[:4]
    for each in works:
        sample_class.hand_in(each, tmp_path / "class")
    sample_class.hand_in(replace(works[1], student="copycat"), tmp_path / "class")
    (tmp_path / "class" / "bad" / ASSIGNMENT).mkdir(parents=True)
    write_atomically(
        tmp_path / "grades" / "results" / "ada.json", result(status="REVIEW").to_json()
    )
    folders = f"{tmp_path / 'class'} --grades {tmp_path / 'grades'} --out {tmp_path / 'out'}"
    assert main(["similar", ASSIGNMENT, *folders.split()]) == 0
    out = capsys.readouterr().out
    assert "groups with the same code: 1; 1 of 10 pairs look alike" in out
    assert f"2 students, the same code: {works[1].student}, copycat" in out
    assert "copycat" in out
    assert "ada: the grader asks for a decision" in out
    assert "cannot be read: bad" in out
    assert works[1].student in (tmp_path / "out" / "similar.csv").read_text()
    assert "copycat" in (tmp_path / "out" / "index.html").read_text()
    assert main(["similar", ASSIGNMENT, str(tmp_path / "class"), "--grades", str(tmp_path)]) == 2
