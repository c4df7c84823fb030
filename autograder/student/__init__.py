"""The judge's line to the student's code."""

from autograder.student.network import Network
from autograder.student.student import Student, student_in_worker

__all__ = ["Network", "Student", "student_in_worker"]
