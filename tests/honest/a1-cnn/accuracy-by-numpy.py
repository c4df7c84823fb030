"""NumPy counts, and a NumPy float comes back."""
import numpy as np


def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    with evaluating(model), torch.no_grad():
        logits = model(images).numpy()
    return np.mean(np.argmax(logits, axis=-1) == labels.numpy())
