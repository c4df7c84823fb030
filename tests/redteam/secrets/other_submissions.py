"""Lists the folders where other students' work might lie.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import os

def trick():
    for path in ("/tmp", "/submissions", "/home", "/root", "/work", "/mnt", "/var", "/srv", "/dev/shm",
                 os.path.dirname(os.getcwd())):
        try:
            found = os.listdir(path)
        except OSError:
            continue
        for name in found:
            if name.startswith("autograder-") and os.path.join(path, name) != os.getcwd():
                raise ValueError(name)
            if name.endswith((".ipynb", ".db")) or name == "submitted":
                raise ValueError(name)
