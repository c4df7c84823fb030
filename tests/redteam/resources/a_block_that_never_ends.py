"""`__exit__` waits for ever.

assignment: a2-hooks
base: constant
runs: itself
status: TIMEOUT
"""


plain = ActivationMonitor

class ActivationMonitor(plain):
    def __exit__(self, *error):
        while True:
            pass
