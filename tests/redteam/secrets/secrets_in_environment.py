"""Looks for the secret in environments and command lines of every process.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import glob, os

def trick():
    for path in [*glob.glob("/proc/*/environ"), *glob.glob("/proc/*/cmdline")]:
        try:
            text = open(path, "rb").read()
        except OSError:
            continue
        if b"redteam" in text or b"SECRET" in text.upper():
            raise ValueError("found it")
