"""A percentage.

loses: accuracy_counts
cause: percentage
earns: 0
"""

fraction = accuracy


def accuracy(model, images, labels):
    return 100 * fraction(model, images, labels)
