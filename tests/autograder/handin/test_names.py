"""The file that bears the assignment's cells counts, whatever it is called, wherever it lies."""

import io
import json
import zipfile

import pytest

from autograder.errors import Malformed
from autograder.handin import collect, submission

ASSIGNMENT = "a3-fgsm"
CODE = "def fgsm(model, images, labels, epsilon):\n    return images\n"
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "metadata": {"nbgrader": {"grade_id": "fgsm", "solution": True}},
                "source": CODE,
            }
        ],
    }
)
NAMES = [
    "a3-fgsm-Copy1.ipynb",
    "a3-fgsm (1).ipynb",
    "a3-fgsm(2).ipynb",
    "a3-fgsm-1.ipynb",
    "Copy of a3-fgsm.ipynb",
    "Copy_of_a3-fgsm (1).ipynb",
    "A3-FGSM.ipynb",
    "a3-fgsm.ipynb.txt",
    "a3-fgsm.json",
    "a3-fgsm.ipynb.json",
    "a3-fgsm",
    "fgsm final FINAL.ipynb",
    "müller_hw3.IPYNB",
    "homework.py",
    "a3-fgsm.py.txt",
]


def text_of(name: str) -> str:
    return CODE if ".py" in name else NOTEBOOK


def zipped(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def in_a_folder(files, tmp_path):
    home = tmp_path / "ada" / ASSIGNMENT
    home.mkdir(parents=True)
    for name, text in files.items():
        (home / name).write_text(text)
    return submission.find(tmp_path / "ada", ASSIGNMENT)


def in_a_zip(files, tmp_path):
    home = tmp_path / "ada" / ASSIGNMENT
    home.mkdir(parents=True)
    (home / "work.zip").write_bytes(zipped(files))
    return submission.find(tmp_path / "ada", ASSIGNMENT)


def in_a_download(files, tmp_path):
    path = tmp_path / "class.zip"
    path.write_bytes(zipped({f"ada/{ASSIGNMENT}/{name}": text for name, text in files.items()}))
    refused = collect.collect(ASSIGNMENT, path, tmp_path / "out")
    if why := refused["ada"]:
        raise Malformed("", why)
    return submission.find(tmp_path / "out" / "ada", ASSIGNMENT)


def read(files, way, tmp_path):
    return submission.read(way(files, tmp_path), ("fgsm",), ASSIGNMENT)


WAYS = [in_a_folder, in_a_zip, in_a_download]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("name", NAMES)
def test_another_name_is_found(way, name, tmp_path):
    path = way({name: text_of(name), "notes.txt": "x", "data.csv": "1,2"}, tmp_path)
    (cell,) = submission.read(path, ("fgsm",), ASSIGNMENT).cells
    assert cell.source == CODE


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_the_agreed_name_counts_before_any_copy(way, tmp_path):
    other = NOTEBOOK.replace("return images", "return 0")
    path = way({"a3-fgsm.ipynb": NOTEBOOK, "a3-fgsm-Copy1.ipynb": other}, tmp_path)
    (cell,) = submission.read(path, ("fgsm",), ASSIGNMENT).cells
    assert cell.source == CODE


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_of_several_files_none_is_guessed(way, tmp_path):
    with pytest.raises(Malformed, match="holds 2"):
        read({"one.ipynb": NOTEBOOK, "two.ipynb": NOTEBOOK}, way, tmp_path)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_file_of_something_else_is_not_taken(way, tmp_path):
    other = NOTEBOOK.replace("fgsm", "other")
    with pytest.raises(Malformed, match=r"holds no a3-fgsm.ipynb"):
        read({"essay.ipynb": other, "x.py": "x = 1"}, way, tmp_path)


def test_a_link_under_another_name_is_not_followed(tmp_path):
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "mine.ipynb").write_text(NOTEBOOK)
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "copy.ipynb").symlink_to(tmp_path / "bob" / "mine.ipynb")
    with pytest.raises(Malformed):
        submission.find(tmp_path / "ada", ASSIGNMENT)


def test_canvas_keeps_each_students_own_name(tmp_path):
    names = ["doe_101_5001_a3-fgsm-Copy1.ipynb", "roe_102_5002_fgsm.ipynb"]
    names += ["poe_103_5003_a3-fgsm.ipynb.txt", "moe_104_5004_a3-fgsm.json"]
    path = tmp_path / "class.zip"
    path.write_bytes(zipped(dict.fromkeys(names, NOTEBOOK)))
    refused = collect.collect(ASSIGNMENT, path, tmp_path / "out")
    assert list(refused.values()) == [""] * 4
    for student in refused:
        found = submission.find(tmp_path / "out" / student, ASSIGNMENT)
        assert found.name == "a3-fgsm.ipynb"
