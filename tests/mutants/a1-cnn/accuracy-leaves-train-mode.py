"""The network is put in train mode afterwards, whatever it was in.

loses: accuracy_leaves_no_trace
cause: model.train() was called
"""


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    model.eval()
    with torch.no_grad():
        found = (model(images).argmax(dim=1) == labels).float().mean().item()
    model.train()
    return found
