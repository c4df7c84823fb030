"""A tensor with one element.

loses: accuracy_counts
cause: tensor
earns: 0
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        return (model(images).argmax(dim=1) == labels).float().mean()
