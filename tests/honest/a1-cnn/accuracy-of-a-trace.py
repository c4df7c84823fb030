"""The network is traced once, and the trace is measured."""


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    with evaluating(model), torch.no_grad():
        traced = torch.jit.trace(model, images[:1])
        right = sum(
            (traced(part).argmax(dim=1) == targets).sum().item()
            for part, targets in zip(images.split(128), labels.split(128))
        )
    return right / len(images)
