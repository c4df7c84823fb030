"""Raises GeneratorExit, and then an exception group.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

def trick():
    raise BaseExceptionGroup("x", [GeneratorExit(), KeyboardInterrupt()])
