"""The mode of the whole network is put back, and not that of each layer.

loses: accuracy_leaves_no_trace
cause: the whole network gets one mode
"""


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    before = model.training
    model.eval()
    with torch.no_grad():
        right = (model(images).argmax(1) == labels).float().mean().item()
    model.train(before)
    return right
