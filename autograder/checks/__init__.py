"""The checks: a folder for each assignment, in which `checks.py` holds them in order."""
