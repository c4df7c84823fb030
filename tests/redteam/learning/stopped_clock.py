"""Stops its clocks and trains for ever.

assignment: a5-adversarial-training
base: untrained
runs: itself
status: TIMEOUT LIMIT
"""

import time

def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    time.time = time.monotonic = time.perf_counter = time.process_time = lambda: 0.0
    while time.time() < 1:
        pass
