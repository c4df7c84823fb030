"""Hides memory in the socket buffers of many processes, each within its own limits.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT TIMEOUT
"""

import os, socket, time

def trick():
    for _ in range(40):
        if os.fork() == 0:
            kept = []
            try:
                while True:
                    pair = socket.socketpair()
                    kept += pair
                    for end in pair:
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 30)
                        end.setblocking(False)
                        try:
                            while True:
                                end.send(b"1" * 65536)
                        except BlockingIOError:
                            pass
            except OSError:
                time.sleep(60)
            os._exit(0)
    time.sleep(60)
