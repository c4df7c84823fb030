"""What plain nbgrader does with the same hand-ins: its own `nbgrader autograde`, nothing of ours.

`plain/<assignment>.py` is the notebook that a careful instructor would write, with the same
exercises and twenty points: visible asserts for shapes and types, hidden tests for range, epsilon,
closed form and effect, and guards so that unchanged images earn nothing. `course.py` makes an
nbgrader course of it, `jail.py` shuts one run of nbgrader into a box of its own, since what is
handed in is hostile, and `inside.py` is what runs there and looks at what is left.
"""
