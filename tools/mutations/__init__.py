"""Blind mutants: the reference answers, each changed in one place by a rule and not by a person.

`operators` changes a syntax tree, `answers` says what of an answer is changed and writes the
hand-ins, `verdicts` says of each mutant that survives whether that is a fault of the checks.
"""
