"""The judge's line to the student's code."""
