"""The mean of the batches' accuracies: a short last batch counts as much as a full one.

loses: accuracy_counts
cause: batches
earns: 0
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        parts = [
            (model(x).argmax(dim=1) == y).float().mean().item()
            for x, y in zip(images.split(256), labels.split(256))
        ]
    return sum(parts) / len(parts)
