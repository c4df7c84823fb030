"""JUnit: an outcome for each status, and XML that keeps to the schema."""

from xml.etree import ElementTree

import pytest
from support.exports import EVIL, check, export, result


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("OK", None),
        ("WRONG", "failure"),
        ("CRASH", "failure"),
        ("TIMEOUT", "failure"),
        ("LIMIT", "failure"),
        ("FORMAT", "failure"),
        ("INFRA", "error"),
        ("SKIP", "skipped"),
        ("REVIEW", "skipped"),
    ],
)
def test_junit_outcome_of_each_status(graded, status, outcome):
    folder = graded(result("ada", checks=[check(status=status)]))
    assert export(folder, "junit") == 0
    root = ElementTree.parse(folder / "junit.xml").getroot()
    (case,) = root.iter("testcase")
    assert [child.tag for child in case] == [*([outcome] if outcome else []), "system-out"]
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {each: str(int(kind == outcome)) for each, kind in kinds.items()} | {"tests": "1"}
    assert {each: root[0].get(each) for each in counts} == counts
    assert {each: root.get(each) for each in counts if each != "skipped"} == {
        each: count for each, count in counts.items() if each != "skipped"
    }


# Attributes and children as in junit-10.xsd of jenkinsci/xunit-plugin, as far as we use them.
SCHEMA = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"properties", "testcase"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time"},
        {"failure", "error", "skipped", "system-out"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def test_junit_keeps_to_the_schema(graded):
    statuses = ("OK", "WRONG", "INFRA", "SKIP")
    checks = [check(status, status, 0, cause="waits") for status in statuses]
    folder = graded(result("ada", checks=checks), result("bob", None, "FORMAT", checks=[]))
    assert export(folder, "junit") == 0
    for element in ElementTree.parse(folder / "junit.xml").iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children


def test_junit_is_xml_whatever_the_texts_hold(graded):
    checks = [check("x", "WRONG", 0, got=EVIL, measures={"loss": float("1e-9")})]
    folder = graded(
        result("ada", checks=checks, provenance={"submission_sha256": EVIL, "versions": {}}),
        result("bé\udce9", None, "INFRA", checks=[], notes=[EVIL]),
    )
    assert export(folder, "junit") == 0
    root = ElementTree.parse(folder / "junit.xml").getroot()
    assert [suite.tag for suite in root] == ["testsuite"] * 2
    assert root.get("errors") == "1"  # a submission without checks is no empty, green suite
    properties = {each.get("name"): each.get("value") for each in root[0][0]}
    assert properties["score"] == "18.5"
    assert properties["sandbox"] == "strong"
    assert "张" in root.find(".//failure").text
