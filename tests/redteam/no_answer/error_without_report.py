"""Raises errors that cannot be shown: no string, no type name, a traceback that loops.

assignment: a3-fgsm
base: identity
runs: itself
status: CRASH
"""

class Odd(Exception):
    def __str__(self):
        raise Odd()
    __repr__ = __str__

def fgsm(model, images, labels, epsilon):
    error = Odd()
    error.__cause__ = error.__context__ = error
    raise error

def attack_success_rate(model, images, adversarial, labels):
    raise type("\ud800\x1b[2J<script>" * 100, (BaseException,), {})("\ud800")

def robustness_curve(model, images, labels, epsilons):
    raise type("N", (type("M", (Exception,), {}),), {"__traceback__": 5})()
