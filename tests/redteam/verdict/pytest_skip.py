"""Raises pytest's own skip and exit.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import pytest

def trick():
    pytest.skip("all is well", allow_module_level=True)
