"""Sends headers that are lists, numbers, duplicate keys and impossible tensors.

assignment: a3-fgsm
base: identity
runs: in a call
status: WRONG CRASH TIMEOUT
"""

import gc, struct

TEXTS = [b"[]", b"7", b'{"tensors": 1}', b'{"tensors": [{"dtype": "object", "shape": []}]}',
         b'{"tensors": [{"dtype": [], "shape": {}}]}', b'{"tensors": [], "error": 5}',
         b'{"tensors": [], "error": {"type": {"a": 1}, "cell": [], "line": -1}}',
         b'{"tensors": [], "tensors": [], "result": {"$tensor": -1}}',
         b'{"tensors": [{"dtype": "float32", "shape": [1e3]}], "result": {"$tensor": 0}}',
         b'{"tensors": [], "result": {"$opaque": "a tensor of __class__"}}',
         b'{"tensors": [], "result": {"$dict": {"gradients": "<b>", "training": 5}}}']
calls = 0

def trick():
    global calls
    calls += 1
    channel = next(item for item in gc.get_objects() if type(item).__name__ == "Channel")
    for text in TEXTS[calls % len(TEXTS):]:
        channel.connection.send(struct.pack("<4sIQ", b"ACG1", len(text), 0) + text)
