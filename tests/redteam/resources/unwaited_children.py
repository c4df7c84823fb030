"""Computes in children that nobody waits for, so that no process seems to have computed.

assignment: a3-fgsm
base: identity
runs: in a call
status: TIMEOUT
"""

import os, signal, time

def trick():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        if os.fork() == 0:
            end = time.process_time() + 0.1
            while time.process_time() < end:
                pass
            os._exit(0)
        time.sleep(0.1)
