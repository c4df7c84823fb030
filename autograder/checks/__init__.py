"""The checks, one file per assignment, in the order in which a student meets the questions."""
