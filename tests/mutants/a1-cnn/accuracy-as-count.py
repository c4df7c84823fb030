"""The count of right images.

loses: accuracy_counts
cause: the count
earns: 0
"""

fraction = accuracy


def accuracy(model, images, labels):
    return float(round(fraction(model, images, labels) * len(labels)))
