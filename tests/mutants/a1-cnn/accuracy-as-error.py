"""The error, 1 - accuracy.

loses: accuracy_counts
cause: error rate
earns: 0
"""

fraction = accuracy


def accuracy(model, images, labels):
    return 1 - fraction(model, images, labels)
