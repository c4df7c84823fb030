"""The step is computed in NumPy."""
import numpy as np


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    gradient = loss_gradient(model, images, labels).numpy()
    attacked = np.clip(images.numpy() + epsilon * np.sign(gradient), 0, 1)
    return torch.from_numpy(attacked.astype(np.float32))
