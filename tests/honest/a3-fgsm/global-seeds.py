"""Seeds and switches are set for the whole program."""
import os
import random

import numpy as np

SEED = 1234
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
os.environ["PYTHONHASHSEED"] = str(SEED)
torch.backends.cudnn.deterministic = True
torch.use_deterministic_algorithms(True)


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    torch.manual_seed(SEED)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)
