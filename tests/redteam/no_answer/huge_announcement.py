"""Announces a reply of sixteen exabytes.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT
"""

import gc

def trick():
    channel = next(item for item in gc.get_objects() if type(item).__name__ == "Channel")
    channel.connection.send(b"ACG1" + b"\xff" * 12 + b"x" * 1000)
