"""Blind mutants: the reference answers, each changed in one place by a rule, not by a person.

`operators` changes a syntax tree, `answers` selects the code to change and writes the hand-ins,
`verdicts` decides for each surviving mutant whether the checks are at fault.
"""
