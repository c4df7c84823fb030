"""Progress without a terminal: lines at intervals, with the jobs done and the time left."""

import io
from collections import Counter

from autograder.grading.progress import Lines, duration


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
