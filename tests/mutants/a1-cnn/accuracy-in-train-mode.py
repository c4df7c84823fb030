"""The network is measured in whatever mode it is.

loses: accuracy_switches_to_eval_mode
cause: dropout was still active
"""


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    with torch.no_grad():
        return (model(images).argmax(dim=1) == labels).float().mean().item()
