"""Lets the fault handler write and end the process later.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import faulthandler, time

def trick():
    faulthandler.dump_traceback_later(0.5, exit=True, file=open("trace", "w"))
    time.sleep(3)
