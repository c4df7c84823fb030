"""Rosters as learning systems export them: who is in them, and what is refused with one line."""

import pytest

from autograder.report.roster.reading import read_roster
from course.errors import CourseError

FORMS = {
    "own": ('id,name,section\nada,"Lovelace, Ada",1\nzoe,Zoë Nuñez,2\n', ["ada", "zoe"]),
    "own, semicolons": ("\ufeffid;name;email\r\nada;Ada Lovelace;ada@uni.org\r\n", ["ada"]),
    "own, as Excel writes it in Germany": (
        '"sep=;"\r\nID;"Name, full";Name;Email\r\n101,0;x;Ada Lovelace;ada@uni.org\r\n',
        ["101"],
    ),
    "own, as pandas writes it": (
        "\n\nid,name\n101.0,Ada Lovelace\n102.5,Zoë\n", ["101", "102.5"],
    ),
    "canvas, decimal commas": (
        "Student;ID;SIS Login ID;Section;FGSM (4)\n    Points Possible;;;;20,0\n"
        '"Lovelace, Ada";101;ada;S1;17,5\n',
        ["101"],
    ),
    "canvas": (
        "Student,ID,SIS User ID,SIS Login ID,Section,FGSM (4)\n    Points Possible,,,,,20\n"
        '"Lovelace, Ada",101,u1,ada,S1,\n"Student, Test",9,,t,S1,\n',
        ["101"],
    ),
    "moodle's worksheet": (
        "Identifier,Full name,ID number,Email address,Status,Grade\n"
        "Participant 101,Ada Lovelace,,ada@uni.org,Submitted,\n",
        ["ada@uni.org"],
    ),
    "moodle's participants": (
        'First name,Surname,Username,Email address,Groups\nAda,Lovelace,ada,ada@uni.org,"Team 1"\n',
        ["ada"],
    ),
    "blackboard": (
        '"Last Name"\t"First Name"\t"Username"\t"Student ID"\nLovelace\tAda\tada\t101\n',
        ["ada"],
    ),
    "brightspace": (
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator\n"
        "#101,#ada,Lovelace,Ada,ada@uni.org,#\n",
        ["ada"],
    ),
    "gradescope": ("Name,Email,Role,SID\nAda Lovelace,ada@uni.org,Student,101\n", ["101"]),
    "github": (
        "identifier,github_username,github_id,name\nada@uni.org,ada-l,7,Ada Lovelace\n",
        ["ada-l"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("form", FORMS, ids=list(FORMS))
def test_everybody_is_read_from_every_form(tmp_path, form, encoding):
    text, ids = FORMS[form]
    path = tmp_path / "class.csv"
    path.write_bytes(text.removeprefix("\ufeff" if encoding == "utf-16" else "").encode(encoding))
    roster = read_roster(path)
    assert [person.id for person in roster.people] == ids
    assert roster.people[0].full_name == "Ada Lovelace"
    (found,) = roster.find([], "Ada Lovelace")
    assert found.is_called("lovelaceada")


def test_a_number_is_not_believed_against_a_name(tmp_path):
    path = tmp_path / "class.csv"
    path.write_text(
        "Identifier,Full name,Email address\nParticipant 101,Ada Lovelace,ada@uni.org\n"
    )
    roster = read_roster(path)
    assert roster.find(["101"], "Bob Roe") == []
    assert [person.id for person in roster.find(["101"], "Ada Lovelace")] == ["ada@uni.org"]


MISTAKES = {
    "two lines": ("id,name\nada,Ada\nADA,Ada L\n", "two lines for ada"),
    "two with one address": ("id,email\nada,a@u.org\nbob,a@u.org\n", "two lines for a@u.org"),
    "no column": ("name,points\nAda,3\n", "has no column 'id'; it has name, points"),
    "nobody": ("id,name\n", "lists nobody"),
    "another encoding": ("id,name\nzoe,Zoë\n".encode("cp1252"), "not UTF-8 text"),
    "too many cells": ("id,name\nada,Lovelace, Ada\n", "row 2 has 3 cells under 2 headings"),
    "a line after an empty one": ("\nid,name\nada,Lovelace, Ada\n", "row 3 has 3 cells"),
    "a number in powers of ten": ("id;name\n1,23457E+11;Ada\n", "line 2: 1,23457E.11 was short"),
    "headings in another language": (
        "ID,Vollständiger Name,E-Mail-Adresse\nTeilnehmer/in101,Ada,a@u.org\n",
        "has no column 'id'; it has ID, Vollst",
    ),
    "no id": ("id,name\n,Ada\n", "line 2 has no id"),
    "an extension": ("id,extensions\nada,later\n", "extension 'later' is not like"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=list(MISTAKES))
def test_a_mistake_names_its_line(tmp_path, case):
    text, words = MISTAKES[case]
    path = tmp_path / "class.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CourseError, match=words) as caught:
        read_roster(path)
    assert "\n" not in str(caught.value)
