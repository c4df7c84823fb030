"""Hand-ins that are odd as files: notebooks out of shape, links, pipes, what lies beside them.

Each function writes one into a student's folder. Its docstring says what it tries, its marker which
statuses grading may find. None of them may earn anything: the answers in them are those that return
the images as they are. The last is a file out of shape in another sense: a network in base85.
"""

from __future__ import annotations

import base64
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sample_class
import torch

import redteam
from course import data, models
from solutions.adversarial_training import adversarial_train

ASSIGNMENT = "a3-fgsm"
NOTEBOOK = f"{ASSIGNMENT}.ipynb"
IDENTITY = redteam.base_source(ASSIGNMENT, "identity")
ANSWERS = ("fgsm", "attack_success_rate", "robustness_curve")


@dataclass(frozen=True)
class Format:
    """One odd hand-in: what it tries, and how it is written into `<student>/<assignment>/`."""

    write: Callable[[Path], None]
    statuses: frozenset[str]
    family: str = "files"
    assignment: str = ASSIGNMENT
    base: str = "identity"
    gains: str = ""

    @property
    def name(self) -> str:
        """The function's name, as in `files/deep_json`."""
        return f"files/{self.write.__name__}"

    @property
    def title(self) -> str:
        """The function's docstring."""
        return " ".join((self.write.__doc__ or "").split())

    def hand_in(self, student: Path) -> None:
        """Write it below a student's folder."""
        (student / self.assignment).mkdir(parents=True)
        self.write(student / self.assignment)


FORMATS: list[Format] = []


def found(*statuses: str) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    """List a function as an odd hand-in for which grading may find these statuses."""

    def listed(write: Callable[[Path], None]) -> Callable[[Path], None]:
        FORMATS.append(Format(write, frozenset(statuses)))
        return write

    return listed


def cell(source: object, name: str = "", **flags: Any) -> dict[str, Any]:
    """A code cell, with nbgrader's metadata if it bears a name."""
    mark = {"grade_id": name, "grade": False, "solution": True, "locked": False, **flags}
    metadata = {"nbgrader": mark} if name else {}
    return {"cell_type": "code", "source": source, "metadata": metadata, "outputs": []}


def answers() -> list[dict[str, Any]]:
    """The three answer cells, of which the first holds all there is."""
    return [cell(IDENTITY if name == "fgsm" else "", name) for name in ANSWERS]


def save(folder: Path, cells: object, **more: object) -> None:
    """Write a notebook of these cells."""
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more}
    (folder / NOTEBOOK).write_text(json.dumps(content), encoding="utf-8")


# --- JSON ----------------------------------------------------------------------------------------


@found("FORMAT")
def deep_json(folder: Path) -> None:
    """A notebook nested a hundred thousand deep"""
    (folder / NOTEBOOK).write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")


@found("FORMAT", "WRONG")
def fairly_deep_json(folder: Path) -> None:
    """Metadata nested about as deep as a parser just allows"""
    nested = "[" * 900 + "]" * 900
    text = json.dumps({"cells": answers(), "metadata": "here"}).replace('"here"', nested)
    (folder / NOTEBOOK).write_text(text)


@found("FORMAT")
def million_empty_objects(folder: Path) -> None:
    """Ten megabytes of empty objects, which take ten times as much in memory"""
    (folder / NOTEBOOK).write_text('{"cells": [' + "{}," * 3_000_000 + "{}]}")


@found("FORMAT")
def not_utf8(folder: Path) -> None:
    """Bytes that are no UTF-8"""
    (folder / NOTEBOOK).write_bytes(b'{"cells": ["\xff\xfe\x80"]}')


@found("FORMAT")
def utf16(folder: Path) -> None:
    """A notebook in UTF-16"""
    (folder / NOTEBOOK).write_bytes(json.dumps({"cells": answers()}).encode("utf-16"))


@found("FORMAT")
def empty_file(folder: Path) -> None:
    """No bytes at all"""
    (folder / NOTEBOOK).write_bytes(b"")


@found("FORMAT")
def zip_archive(folder: Path) -> None:
    """An archive with paths out of its folder, under the name of a notebook"""
    with zipfile.ZipFile(folder / NOTEBOOK, "w") as archive:
        archive.writestr("../../../escaped.txt", "x")
        archive.writestr("/tmp/escaped.txt", "x")


@found("FORMAT")
def version_two(folder: Path) -> None:
    """The format of 2011, with worksheets"""
    (folder / NOTEBOOK).write_text(json.dumps({"nbformat": 2, "worksheets": [{"cells": []}]}))


@found("FORMAT")
def no_cells(folder: Path) -> None:
    """A notebook without a cell"""
    save(folder, [])


@found("FORMAT")
def cells_that_are_no_list(folder: Path) -> None:
    """Cells as a dictionary"""
    save(folder, {"0": answers()[0]})


@found("FORMAT")
def hundred_thousand_cells(folder: Path) -> None:
    """A hundred thousand cells"""
    save(folder, [*answers(), *[{}] * 100_000])


@found("WRONG")
def cells_that_are_no_cells(folder: Path) -> None:
    """Cells that are numbers, lists and nothing, and metadata of every kind"""
    odd: list[Any] = [1, None, [], "x", {"cell_type": [], "metadata": 5}, {"metadata": []}]
    odd += [{"cell_type": "code", "source": "", "metadata": {"nbgrader": {"grade_id": 7}}}]
    save(folder, [*odd, *answers()])


@found("FORMAT")
def source_that_is_no_text(folder: Path) -> None:
    """A cell whose source is a number"""
    save(folder, [*answers(), cell(10**9)])


@found("FORMAT", "WRONG")
def odd_numbers(folder: Path) -> None:
    """NaN, 1e999 and an integer of a million digits in the metadata"""
    text = json.dumps({"cells": answers(), "metadata": "here"})
    numbers = "[NaN, 1e999, -Infinity, " + "9" * 1_000_000 + "]"
    (folder / NOTEBOOK).write_text(text.replace('"here"', numbers))


@found("WRONG")
def cells_named_twice(folder: Path) -> None:
    """The key `cells` twice in one notebook"""
    text = json.dumps({"cells": [cell("raise SystemExit", name) for name in ANSWERS]})[:-1]
    (folder / NOTEBOOK).write_text(text + ', "cells": ' + json.dumps(answers()) + "}")


@found("WRONG", "CRASH")
def lone_surrogates(folder: Path) -> None:
    """Half of a character in a source and in a cell's name"""
    save(folder, [cell("x = '\ud800'", "name \udfff"), *answers(), cell("# \ud800")])


@found("WRONG")
def large_outputs(folder: Path) -> None:
    """Twenty megabytes of output, with markup in it"""
    cells = answers()
    cells[0]["outputs"] = [{"output_type": "stream", "text": "<script>" * 2_500_000}]
    save(folder, cells)


@found("FORMAT")
def sparse_file(folder: Path) -> None:
    """Ten terabytes that take no room on the disk"""
    with (folder / NOTEBOOK).open("wb") as file:
        file.truncate(10**13)


# --- nbgrader's metadata -------------------------------------------------------------------------


@found("WRONG")
def points_raised(folder: Path) -> None:
    """Cells that say that they are worth a thousand points, and were graded already"""
    cells = [cell(IDENTITY, "fgsm", points=1000, grade=True, score=1000), *answers()[1:]]
    save(folder, [*cells, cell("", "free", points=1000, grade=True, solution=True)])


@found("FORMAT")
def answer_cell_twice(folder: Path) -> None:
    """Two cells with the same name"""
    save(folder, [*answers(), cell("x = 1", "fgsm")])


@found("FORMAT")
def answer_cell_renamed(folder: Path) -> None:
    """An answer cell under another name"""
    save(folder, [cell(IDENTITY, "fgsm_2"), *answers()[1:]])


@found("WRONG")
def answer_cell_locked(folder: Path) -> None:
    """An answer cell that says it is one of the judge's"""
    save(folder, [cell(IDENTITY, "fgsm", grade=True, locked=True), *answers()[1:]])


@found("WRONG")
def check_cells_changed(folder: Path) -> None:
    """The released notebook, its check cells emptied, deleted or made to text"""
    notebook = json.loads(sample_class.released(ASSIGNMENT))
    cells = []
    for number, released in enumerate(notebook["cells"]):
        mark = released["metadata"].get("nbgrader", {})
        if mark.get("grade_id") == "fgsm":
            released["source"] = IDENTITY
        elif mark.get("grade") and number % 2:
            continue
        elif mark.get("grade"):
            released.update(cell_type="markdown", source="passed")
        cells.append(released)
    save(folder, cells)


@found("WRONG", "CRASH")
def commands_and_magics(folder: Path) -> None:
    """Shell commands and magics that change files, at the top level and in an answer"""
    lines = ["!touch /tmp/pwned", "%run -i x.py", "%load_ext autoreload", "%env SCORE=20"]
    call = "def fgsm(model, images, labels, epsilon):\n    !touch /tmp/pwned\n    return images\n"
    shell = cell("%%bash\ntouch /tmp/pwned")
    save(folder, [*answers(), *map(cell, lines), shell, cell(call)])


# --- source --------------------------------------------------------------------------------------


def script(folder: Path, text: str, assignment: str = ASSIGNMENT) -> None:
    """Hand in a .py file."""
    (folder / f"{assignment}.py").write_text(text, encoding="utf-8")


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


# --- what a path leads to ------------------------------------------------------------------------


@found("FORMAT")
def link_to_a_secret(folder: Path) -> None:
    """A link to a file of the host"""
    (folder / NOTEBOOK).symlink_to("/etc/passwd")


@found("FORMAT")
def link_to_another_student(folder: Path) -> None:
    """A link to what another student handed in"""
    other = folder.parent.parent / "other" / ASSIGNMENT
    other.mkdir(parents=True)
    script(other, redteam.base_source(ASSIGNMENT, "right"))
    (folder / f"{ASSIGNMENT}.py").symlink_to(other / f"{ASSIGNMENT}.py")


@found("FORMAT")
def folder_that_is_a_link(folder: Path) -> None:
    """A folder that is a link to another student's"""
    other = folder.parent.parent / "another" / ASSIGNMENT
    other.mkdir(parents=True)
    script(other, redteam.base_source(ASSIGNMENT, "right"))
    folder.rmdir()
    folder.symlink_to(other)


@found("FORMAT")
def link_to_itself(folder: Path) -> None:
    """A link that leads to itself"""
    (folder / NOTEBOOK).symlink_to(NOTEBOOK)


@found("FORMAT")
def link_to_a_device(folder: Path) -> None:
    """A link to a device that never ends"""
    (folder / NOTEBOOK).symlink_to("/dev/zero")


@found("FORMAT")
def pipe(folder: Path) -> None:
    """A named pipe, at which a reader waits for ever"""
    os.mkfifo(folder / NOTEBOOK)


@found("FORMAT")
def folder_instead_of_a_file(folder: Path) -> None:
    """A folder with the name of the notebook"""
    (folder / NOTEBOOK).mkdir()


@found("WRONG")
def modules_beside_it(folder: Path) -> None:
    """A conftest.py, a torch.py, a pytest.ini and an autograder of its own beside the notebook"""
    save(folder, answers())
    for name in ("conftest.py", "torch.py", "sitecustomize.py", "a3_fgsm.py", "json.py"):
        (folder / name).write_text("import os\nos._exit(0)\n")
        (folder.parent / name).write_text("import os\nos._exit(0)\n")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --collect-only\n")
    (folder / "autograder").mkdir()
    (folder / "autograder" / "__init__.py").write_text("raise SystemExit(0)\n")


# --- weights -------------------------------------------------------------------------------------


def weights_trained_beforehand(folder: Path) -> None:
    """A network that somebody else trained, its weights in 8 bits each written into the code"""
    network, digits = models.build("strided-cnn", seed=99), data.load("digits").train
    adversarial_train(network, digits.images, digits.labels, epsilon=0.1, epochs=15, seed=99)
    flat = torch.cat([weight.detach().flatten() for weight in network.parameters()])
    scale = flat.abs().max().item() / 127
    text = base64.b85encode((flat / scale).round().to(torch.int8).numpy().tobytes()).decode()
    script(folder, PASTED.format(scale=scale, text=text), "a5-adversarial-training")


PASTED = """import base64
import torch

TEXT = {text!r}

def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    flat = torch.frombuffer(bytearray(base64.b85decode(TEXT)), dtype=torch.int8) * {scale}
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(flat[: weight.numel()].view_as(weight))
            flat = flat[weight.numel() :]
    return [1.0 / (epoch + 1) for epoch in range(epochs)]
"""

FORMATS.append(
    Format(
        weights_trained_beforehand,
        frozenset({"WRONG", "FORMAT"}),
        assignment="a5-adversarial-training",
        base="untrained",
    )
)
