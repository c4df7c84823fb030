"""A notebook with a progress bar, plots and cells that fail.

saved as: notebook
"""

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
from tqdm.auto import trange

# %%
def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    x = images.detach().clone()
    if random_start:
        x = x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, x, epsilon)
    for _ in trange(steps, leave=False):
        x = project(images, x + step_size * loss_gradient(model, x, labels).sign(), epsilon)
    return x

# %%
plt.plot(undefined_losses)
