"""The largest logit is looked for over the images, not over the classes.

loses: accuracy_counts
cause: your code raised an error
earns: 0
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        return (model(images).argmax(dim=0) == labels).float().mean().item()
