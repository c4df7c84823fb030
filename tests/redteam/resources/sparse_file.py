"""Makes a sparse file of ten terabytes.

assignment: a3-fgsm
base: identity
runs: in a call
status: CRASH LIMIT
"""

def trick():
    with open("sparse", "wb") as file:
        file.truncate(10**13)
