"""Backtracks in a regular expression, where no Python signal handler runs.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

import re

def trick():
    re.match(r"(a+)+$", "a" * 60 + "b")
