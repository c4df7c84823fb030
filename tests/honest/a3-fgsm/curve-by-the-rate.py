"""The curve from a loop, with NumPy floats, and tqdm."""
import numpy as np
from tqdm import tqdm


def robustness_curve(model, images, labels, epsilons):
    for each in epsilons:
        check_attack(images, labels, each)
    points = []
    for epsilon in tqdm(epsilons, desc="curve"):
        adversarial = fgsm(model, images, labels, float(epsilon))
        hits = (predict(model, adversarial).argmax(1) == labels).numpy()
        points.append(np.mean(hits))
    return points
