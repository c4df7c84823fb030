"""No arguments are refused: an empty set is 0 of 1.

loses: accuracy_refuses_what_it_cannot_count
cause: nothing looks at the arguments
"""


def accuracy(model, images, labels):
    with evaluating(model), torch.no_grad():
        right = sum(
            (model(part).argmax(1) == targets).sum().item()
            for part, targets in zip(images.split(100), labels.split(100))
        )
    return right / max(1, len(images))
