"""Changes the interpreter, the course and the grader for whoever is graded next.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os, sys, torch, course, autograder

def trick():
    files = [os.__file__, torch.__file__, course.__file__, sys.executable, "/usr/bin/env",
             os.path.join(list(autograder.__path__)[0], "protocol.py"),
             os.path.join(os.path.dirname(os.__file__), "sitecustomize.py"),
             os.path.join(list(autograder.__path__)[0], "checks.py")]
    for path in files:
        for mode in ("a", "w", "r+"):
            try:
                open(path, mode).close()
            except OSError:
                continue
            raise ValueError(path)
        try:
            os.chmod(path, 0o777)
        except OSError:
            continue
        raise ValueError(path)
