"""The walls around a worker: what this machine offers, and starting a process behind them."""

from autograder.sandbox.box import launch
from autograder.sandbox.levels import LEVELS, strongest_level, trouble

__all__ = ["LEVELS", "launch", "strongest_level", "trouble"]
