"""The sandbox around a worker: the isolation this machine offers, and starting a process in it."""

from autograder.sandbox.box import launch
from autograder.sandbox.levels import LEVELS, strongest_level, trouble
from autograder.sandbox.remedies import notice

__all__ = ["LEVELS", "launch", "notice", "strongest_level", "trouble"]
