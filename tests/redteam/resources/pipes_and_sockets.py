"""Hides memory in the buffers of pipes and sockets.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH
"""

import os, socket

def trick():
    kept = []
    while True:
        pair = socket.socketpair()
        for end in pair:
            end.setblocking(False)
            try:
                while True:
                    end.send(b"1" * 65536)
            except BlockingIOError:
                kept.append(end)
