"""Writes markup, escapes and carriage returns to every descriptor that is open.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT
"""

import os

def trick():
    for descriptor in range(64):
        try:
            os.write(descriptor, b"<script>alert(1)</script>\x1b[2J\r100 %\r\n" * 1000)
        except OSError:
            pass
