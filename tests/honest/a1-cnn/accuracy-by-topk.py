"""topk, a list of booleans and Python's sum."""


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    was_training = [m.training for m in model.modules()]
    model.eval()
    with torch.inference_mode():
        best = torch.cat([model(x).topk(1).indices[:, 0] for x in images.split(33)])
    for module, mode in zip(model.modules(), was_training):
        module.training = mode
    return sum(a == b for a, b in zip(best.tolist(), labels.tolist())) / len(labels)
