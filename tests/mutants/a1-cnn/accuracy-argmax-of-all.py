"""argmax without a dimension: the place of the largest number in the whole batch.

loses: accuracy_counts
cause: argmax() without dim=1
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        return int(model(images).argmax() == labels.sum() + 10**6) / len(images)
