"""The stub was left as it is, and the answer written below it.

saved as: notebook
"""

# %%
def fgsm(model, images, labels, epsilon):
    """Move every pixel by epsilon in the direction that raises the loss."""
    raise NotImplementedError

# %%
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)

# %%
def fgsm(model, images, labels, epsilon):
    """Another copy of the stub."""
    raise NotImplementedError
