"""Starts threads without end.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH LIMIT TIMEOUT
"""

import threading, time

def trick():
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
