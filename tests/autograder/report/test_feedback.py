"""The pages that students and teachers read: escaped, complete, without network."""

import pytest
from support.results import check, result

from autograder import catalog
from autograder.report import feedback, table
from autograder.report.results import GOOD_PRACTICE, STATUSES, CheckResult, where_to_start

EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


def test_nothing_of_a_submission_is_markup():
    words = dict.fromkeys(("expected", "got", "cause", "hint"), EVIL)
    page = feedback.page(
        result(EVIL, "WRONG", 0, checks=[check("WRONG", 0, **words)], notes=[EVIL])
    )
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page


def test_what_is_carried_forward_passes_and_says_so():
    page = feedback.page(result(checks=[check("OK", 2, cause="carried forward: right for yours")]))
    assert "passed, carried forward: right for yours" in page
    assert "Start here" not in page


def test_start_is_at_what_costs_points_before_good_practice():
    practice = CheckResult("a", f"{GOOD_PRACTICE} it refuses", "WRONG", 0, 0, hint="Refuse.")
    lost = CheckResult("b", "It counts", "WRONG", 0, 2, hint="Count.")
    assert where_to_start([practice, lost]) is lost
    assert where_to_start([practice]) is practice
    page = feedback.page(result("a", "WRONG", 0, checks=[practice, lost]))
    assert "<strong>Start here:</strong> It counts." in page
    assert "Start here: It counts." in table.summary([practice, lost])


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_titles_tell_good_practice_from_what_other_checks_need(assignment):
    checks = catalog.checks(assignment)
    needed = {each.needs for each in checks}
    for each in checks:
        practice = not each.max_points and each.name not in needed
        assert each.title.startswith(GOOD_PRACTICE) == practice, each.name


def test_a_page_needs_no_network():
    page = feedback.page(result("alice", "WRONG", 0, checks=[check("WRONG", 0, got="x")]))
    for outside in ("http:", "https:", "//cdn", "@import", "url(", "<script", "<link", "src="):
        assert outside not in page


@pytest.mark.parametrize("status", [status for status in STATUSES if status not in ("OK", "SKIP")])
def test_every_status_has_words(status):
    scored = status not in ("INFRA", "FORMAT", "REVIEW")
    checks = [check(status, 0, hint="Take the next step.")] if scored else []
    page = feedback.page(result("a", status, 0 if scored else None, checks=checks, notes=["Note."]))
    _, word = feedback.SIGNS[status]
    assert word in page.lower()
    if scored:
        assert "Start here" in page
        assert "Take the next step." in page
        assert "0 <small>of 20 points" in page
    else:
        assert ("Note." in page) == (status != "INFRA")  # what went wrong with us is ours to read
        assert "points</small>" not in page


def test_words_are_kind_where_nothing_is_lost():
    assert "cost you no points" in feedback.page(result("a", "FORMAT", None, checks=[]))
    assert "not yours" in feedback.page(result("a", "INFRA", None, checks=[]))
    assert "A person will look" in feedback.page(result("a", "REVIEW", None, checks=[]))
    assert "Well done" in feedback.page(result())


def test_the_index_lists_everyone_and_links_to_their_pages():
    names = ["alice", "Doe, Jane", "<b>bob</b>", "100% #1?"]
    page = feedback.index([result(name) for name in names])
    assert "4 submissions" in page
    assert 'href="feedback/alice.html"' in page
    assert 'href="feedback/Doe%2C%20Jane.html"' in page
    assert 'href="feedback/100%25%20%231%3F.html"' in page
    assert "&lt;b&gt;bob&lt;/b&gt;" in page
    assert "<b>bob" not in page


def test_the_index_of_nobody_is_a_page_too():
    assert "No submission" in feedback.index([])
