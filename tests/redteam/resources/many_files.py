"""Makes a hundred thousand tiny files.

assignment: a3-fgsm
base: identity
runs: in a call
status: LIMIT
"""

def trick():
    for number in range(100_000):
        open(f"file-{number}", "w").close()
