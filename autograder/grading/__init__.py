"""Grading a class: jobs shared out over slots, processes and machines."""
