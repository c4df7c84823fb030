"""Aborts, with a core dump if it can.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os, resource

def trick():
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)
    except ValueError:
        pass
    os.abort()
