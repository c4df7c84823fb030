"""A DataLoader with a worker process."""
from torch.utils.data import DataLoader, TensorDataset


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    loader = DataLoader(TensorDataset(images, labels), batch_size=100, num_workers=1)
    with evaluating(model), torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum() for x, y in loader)
    return right.item() / len(labels)
