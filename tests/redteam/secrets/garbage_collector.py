"""Searches every object in memory for the judge's.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import gc

def trick():
    for item in gc.get_objects():
        name = type(item).__name__
        if name in ("Judge", "Setting", "JudgePlugin", "Student", "Evidence", "Trial"):
            raise ValueError(name)
        if type(item) is dict and "redteam" in map(str, item):
            raise ValueError("secret")
