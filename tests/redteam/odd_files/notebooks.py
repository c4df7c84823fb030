"""Notebooks out of shape: bytes, JSON and cells that no editor writes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from redteam.odd_files.odd_file import ANSWERS, NOTEBOOK, answers, cell, found, save


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
