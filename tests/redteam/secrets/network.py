"""Tries to send the images out by TCP, UDP, DNS and raw sockets.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

import socket

def trick():
    for family, kind in ((2, 1), (2, 2), (2, 3), (10, 1), (10, 2), (16, 3), (17, 3), (40, 1), (38, 5)):
        try:
            connection = socket.socket(family, kind)
        except OSError:
            continue
        raise ValueError(f"a socket of family {family}")
    try:
        socket.getaddrinfo("example.org", 80)
    except OSError:
        return
    raise ValueError("DNS")
