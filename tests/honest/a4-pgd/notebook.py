"""A notebook with a progress bar, plots and cells that fail.

saved as: notebook
"""

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
from tqdm.auto import trange

# %%
def slope(model, x, labels, loss):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(loss(model(x), labels).sum(), x)[0]


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    x = images.detach().clone()
    if random_start:
        x = x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, x, epsilon)
    for _ in trange(steps, leave=False):
        x = project(images, x + step_size * slope(model, x, labels, loss).sign(), epsilon)
    return x

# %%
plt.plot(undefined_losses)
