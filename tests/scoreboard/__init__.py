"""Grades the same hand-ins with plain nbgrader: its `nbgrader autograde`, without this grader.

`plain/<assignment>.py` is the notebook that a careful instructor would write, with the same
exercises and twenty points: visible asserts for shapes and types, hidden tests for range, epsilon,
closed form and effect, and guards so that unchanged images earn nothing. `course.py` makes an
nbgrader course of it. `jail.py` runs nbgrader in a box, since the hand-ins are hostile, and
`inside.py` runs there and looks for traces.
"""
