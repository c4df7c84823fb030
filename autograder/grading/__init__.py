"""Grading a class: its submissions distributed over processes and machines."""
