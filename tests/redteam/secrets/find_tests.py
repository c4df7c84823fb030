"""Walks the whole file system for checks, solutions and results, and would use what it found.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os
import time

places = os.walk("/")


def trick():
    until = time.monotonic() + 1  # the next call goes on: a large disk must not end as a timeout
    wanted = ("answer_key.py", "known_robustness.py", "adversarial_training.py", "digits.json",
              "gradebook.db", "grades.csv", "canary.txt", "shadow")
    for folder, _, files in places:
        if not folder.startswith(("/proc", "/sys")) and "/site-packages/nbgrader/" not in folder:
            for name in files:
                if name in wanted and os.access(os.path.join(folder, name), os.R_OK):
                    raise ValueError(os.path.join(folder, name))
        if time.monotonic() > until:
            return
