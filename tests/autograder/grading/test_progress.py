"""Progress without a terminal: lines at intervals, with the jobs done and the time left."""

import io
from collections import Counter

import pytest
from support.results import result

from autograder.grading.progress import Lines, duration, line_on, notes_of
from course.errors import CourseError


def test_a_line_every_some_seconds_and_one_at_the_end():
    now, stream = [0.0], io.StringIO()
    with Lines(300, 100, stream, lambda: now[0]) as lines:
        for number in range(200):
            now[0] += 1
            lines.set_postfix(Counter(OK=number, WRONG=1))
            lines.update()
    written = stream.getvalue().splitlines()
    assert len(written) == 14
    assert written[1] == "130 of 300 submissions (OK 29, WRONG 1); 60.0 a minute, 3 min left"
    assert written[-1].startswith("300 of 300 submissions")
    assert "left" not in written[-1]


def test_nothing_judged_is_nothing_written():
    stream = io.StringIO()
    with Lines(300, 300, stream):
        pass
    assert stream.getvalue() == ""


def test_a_length_of_time_is_short():
    assert [duration(seconds) for seconds in (20, 200, 7500)] == ["20 s", "3 min", "2 h 5 min"]


def test_lines_on_submissions_go_to_the_terminal_and_to_the_end_of_a_file(tmp_path, capsys):
    log = tmp_path / "logs" / "grading.log"
    for verbose in (True, False):
        with notes_of(log, verbose=verbose) as note:
            note(line_on(result("ada\x1b[31m", "WRONG", 12.5)))
    assert capsys.readouterr().err == "ada?[31m: WRONG, 12.5 points, 1.0 s\n"
    first, second = log.read_text().splitlines()
    assert first.endswith(" ada?[31m: WRONG, 12.5 points, 1.0 s")
    assert second[10] == " "
    assert line_on(result(status="INFRA", score=None)) == "alice: INFRA, no score, 1.0 s"


def test_a_log_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(CourseError, match="cannot be written"), notes_of(tmp_path, verbose=False):
        pass
