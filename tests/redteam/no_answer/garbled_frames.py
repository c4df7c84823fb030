"""Writes noise to the judge's socket.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT
"""

import gc, os

def trick():
    channel = next(item for item in gc.get_objects() if type(item).__name__ == "Channel")
    channel.connection.send(os.urandom(1000))
