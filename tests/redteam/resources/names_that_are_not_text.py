"""Makes files whose names are no UTF-8, hold newlines, or look like options.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG
"""

def trick():
    for name in (b"\xff\xfe", b"a\nb", b"-rf", b"\x1b[2J", b"x" * 255):
        open(name, "w").close()
