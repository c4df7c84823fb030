"""Sets trace, profile and audit hooks that fail.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import sys

def trick():
    def hook(*arguments):
        raise RuntimeError
    sys.excepthook = sys.unraisablehook = hook
    sys.setprofile(hook)
