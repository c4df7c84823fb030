"""Walks the whole file system for checks, solutions and results, and would use what it found.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os
import time

until = time.monotonic() + 3  # a large disk must not end this as a timeout


def trick():
    wanted = ("a3_fgsm.py", "diagnose_fgsm.py", "adversarial_training.py", "digits.json",
              "gradebook.db", "grades.csv", "canary.txt", "shadow")
    for folder, _, files in os.walk("/"):
        if time.monotonic() > until:
            return
        if folder.startswith(("/proc", "/sys")) or "/site-packages/nbgrader/" in folder:
            continue
        for name in files:
            if name in wanted and os.access(os.path.join(folder, name), os.R_OK):
                raise ValueError(os.path.join(folder, name))
