"""Only the last batch counts.

loses: accuracy_counts
cause: last batch
earns: 0
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        for x, y in zip(images.split(64), labels.split(64)):
            right = (model(x).argmax(dim=1) == y).float().mean().item()
    return right
