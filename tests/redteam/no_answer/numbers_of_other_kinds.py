"""Answers with numbers of every kind but a float: huge, complex, exact, in words, in an array.

assignment: a6-audit
base: identity
runs: itself
status: WRONG CRASH
"""

from decimal import Decimal
from fractions import Fraction
import numpy, torch

calls = 0
KINDS = [10**400, -(10**400), 1 + 0j, "0.5", True, [0.5], (0.5,), {"right": 0.5}, b"0.5"]

def to_pixel_epsilon(epsilon, std):
    return 10**400

def evaluate(model, images, labels, epsilon, mean, std):
    return Fraction(1, 2) if images.shape[1] == 1 else Decimal("0.5")

def break_defense(defense, images, labels, epsilon):
    return numpy.asarray(images, dtype=complex)

def certified_radius(count, samples, sigma, alpha=0.001):
    global calls
    calls += 1
    return KINDS[calls % len(KINDS)]
