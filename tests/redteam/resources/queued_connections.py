"""Leaves thousands of full connections waiting at sockets that nobody answers.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT
"""

import socket, time

def trick():
    kept = []
    for number in range(8):
        server = socket.socket(socket.AF_UNIX)
        server.bind(f"waiting-{number}")
        server.listen(4096)
        kept.append(server)
        while True:
            client = socket.socket(socket.AF_UNIX)
            client.setblocking(False)
            try:
                client.connect(f"waiting-{number}")
            except BlockingIOError:
                break
            try:
                while True:
                    client.send(b"1" * 65536)
            except BlockingIOError:
                client.close()
    time.sleep(60)
