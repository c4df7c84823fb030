"""The short last batch is left out, but all images are counted.

loses: accuracy_counts
cause: left out
earns: 0
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        whole = len(images) // 64 * 64
        right = sum(
            (model(x).argmax(dim=1) == y).sum().item()
            for x, y in zip(images[:whole].split(64), labels[:whole].split(64))
        )
    return right / len(images)
