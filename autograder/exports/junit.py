"""JUnit XML, which every continuous-integration service reads: a suite per student, a case per
check. Elements and attributes are those of junit-10.xsd in jenkinsci/xunit-plugin, which is what
pytest calls xunit2; it has no place for properties of a case, so points stand in `system-out`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

from autograder.report.results import CheckResult, Result, number
from autograder.report.table import details

# XML 1.0, section 2.2: a document cannot contain other characters, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = {"OK": "", "SKIP": "skipped", "REVIEW": "skipped", "INFRA": "error"}  # others: failure
_COUNTED = {"errors": "error", "failures": "failure", "skipped": "skipped"}


def junit_xml(results: Sequence[Result]) -> str:
    """The document for a class."""
    root = ElementTree.Element("testsuites", name=clean(results[0].assignment))
    for result in results:
        root.append(suite(result))
    count(root)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def suite(result: Result) -> ElementTree.Element:
    """One student. A submission that no check was run on has one case, for an empty suite
    would look like a pass."""
    made = ElementTree.Element("testsuite", name=clean(result.student))
    properties = {
        "status": result.status,
        "score": "" if result.score is None else number(result.score),
        "max_score": number(result.max_score),
        "profile": result.profile,
        "sandbox": result.sandbox,
    }
    texts = {key: text for key, text in result.provenance.items() if isinstance(text, str)}
    add_properties(made, properties | texts)
    classname = clean(f"{result.assignment}.{result.student}")
    for check in result.checks or [whole_submission(result)]:
        made.append(case(check, classname))
    count(made)
    made.set("time", f"{result.seconds:.3f}")
    return made


def whole_submission(result: Result) -> CheckResult:
    """The submission itself as a check."""
    said = " ".join(result.notes)
    return CheckResult(
        "submission", said or "The submission was judged", result.status, 0.0, result.max_score
    )


def case(check: CheckResult, classname: str) -> ElementTree.Element:
    """One check."""
    made = ElementTree.Element("testcase", classname=classname, name=clean(check.name))
    made.set("time", f"{check.seconds:.3f}")
    kind = _KINDS.get(check.status, "failure")
    if kind:
        message = f"{check.status}: {check.title}" + (
            f" ({check.cause})" if check.status == "SKIP" and check.cause else ""
        )
        outcome = ElementTree.SubElement(made, kind, type=check.status, message=clean(message))
        outcome.text = clean("\n".join(f"{label}: {text}" for label, text in details(check)))
    facts = [f"points: {number(check.points)} of {number(check.max_points)}"]
    facts += [f"{name}: {value:g}" for name, value in check.measures.items()]
    ElementTree.SubElement(made, "system-out").text = clean("\n".join(facts))
    return made


def add_properties(element: ElementTree.Element, properties: Mapping[str, str]) -> None:
    """The notes of a whole suite."""
    parent = ElementTree.SubElement(element, "properties")
    for name, value in properties.items():
        ElementTree.SubElement(parent, "property", name=clean(name), value=clean(value))


def count(element: ElementTree.Element) -> None:
    """The attributes that say how many cases there are below, and how they ended."""
    ended = Counter(found.tag for found in element.iter())
    element.set("tests", str(ended["testcase"]))
    for attribute, tag in _COUNTED.items():
        if (element.tag, tag) != ("testsuites", "skipped"):  # the schema has no such attribute
            element.set(attribute, str(ended[tag]))


def clean(text: str) -> str:
    """Text with every character that XML cannot hold replaced by the replacement character."""
    return _NOT_XML.sub("\ufffd", text)
