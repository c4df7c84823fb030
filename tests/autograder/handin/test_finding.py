"""Finding the file that was handed in: both layouts, and no link to somebody else's work."""

import os

import pytest

from autograder.errors import Malformed
from autograder.handin import submission

ASSIGNMENT = "a3-fgsm"


@pytest.mark.parametrize(
    "place", ["a3-fgsm/a3-fgsm.ipynb", "a3-fgsm/a3-fgsm.py", "a3-fgsm.ipynb", "a3-fgsm.py"]
)
def test_both_layouts_and_both_kinds_are_found(tmp_path, place):
    path = tmp_path / place
    path.parent.mkdir(exist_ok=True)
    path.touch()
    assert submission.find(tmp_path, ASSIGNMENT) == path


def test_an_empty_folder_is_said_to_be_empty(tmp_path):
    with pytest.raises(Malformed, match="it is empty") as caught:
        submission.find(tmp_path, ASSIGNMENT)
    assert "a3-fgsm/a3-fgsm.ipynb" in caught.value.hint


def test_a_folder_without_the_file_says_what_is_there(tmp_path):
    (tmp_path / "homework final (2).ipynb").touch()
    with pytest.raises(Malformed, match="homework final"):
        submission.find(tmp_path, ASSIGNMENT)


def test_hidden_files_and_the_depths_of_a_folder_are_not_listed(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").touch()
    (tmp_path / "week 3").mkdir()
    (tmp_path / "week 3" / "a3.ipynb").touch()
    (tmp_path / ASSIGNMENT).mkdir()
    (tmp_path / ASSIGNMENT / "a3.ipynb").touch()
    with pytest.raises(Malformed, match=r"it holds a3-fgsm/a3.ipynb, week 3/$"):
        submission.find(tmp_path, ASSIGNMENT)


def test_a_folder_or_a_pipe_in_the_place_of_the_file_is_no_file(tmp_path):
    (tmp_path / "a3-fgsm.ipynb").mkdir()
    os.mkfifo(tmp_path / "a3-fgsm.py")
    with pytest.raises(Malformed):
        submission.find(tmp_path, ASSIGNMENT)


def test_a_link_to_a_file_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "bob").mkdir()
    (tmp_path / "bob" / "a3-fgsm.py").write_text("x = 1")
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice" / "a3-fgsm.py").symlink_to("../bob/a3-fgsm.py")
    with pytest.raises(Malformed, match="link"):
        submission.find(tmp_path / "alice", ASSIGNMENT)
    (tmp_path / "carol").mkdir()
    (tmp_path / "carol" / ASSIGNMENT).symlink_to(tmp_path / "bob")
    with pytest.raises(Malformed, match="link"):
        submission.find(tmp_path / "carol", ASSIGNMENT)


def test_a_link_to_a_folder_elsewhere_lists_nothing_of_it(tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "salaries.csv").touch()
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / ASSIGNMENT).symlink_to(tmp_path / "private")
    with pytest.raises(Malformed, match="link to a folder elsewhere") as caught:
        submission.find(tmp_path / "ada", ASSIGNMENT)
    assert "salaries" not in caught.value.got


def test_a_class_folder_may_itself_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a3-fgsm.py").touch()
    (tmp_path / "link").symlink_to("real")
    assert submission.find(tmp_path / "link", ASSIGNMENT).name == "a3-fgsm.py"
