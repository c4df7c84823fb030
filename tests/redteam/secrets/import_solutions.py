"""Imports the reference answers and hands them in as its own.

assignment: a3-fgsm
base: blank
runs: while loading
status: WRONG
"""

def trick():
    global fgsm, attack_success_rate, robustness_curve
    from solutions.fgsm import fgsm, attack_success_rate, robustness_curve
