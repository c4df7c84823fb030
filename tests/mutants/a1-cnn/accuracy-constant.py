"""Always 1/2.

loses: accuracy_counts
earns: 0
"""


def accuracy(model, images, labels):
    return 0.5
