"""Writes one file without end.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH LIMIT
"""

def trick():
    with open("large", "wb") as file:
        while True:
            file.write(b"0" * (1 << 20))
