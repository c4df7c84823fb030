"""A notebook with magics, a progress bar, plots, and cells that fail.

saved as: notebook with BOM and CRLF
"""

# %%
# %matplotlib inline
import matplotlib.pyplot as plt
from tqdm.auto import tqdm

# %%
# %%time
def evaluate(model, images, labels, epsilon, mean, std):
    """Robuste Genauigkeit: was alle Angriffe überlebt."""
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in tqdm([cross_entropy, margin_loss] * RESTARTS, leave=False):
        moved = pgd(
            on_pixels, images, labels, epsilon, step_size=epsilon / 8, steps=STEPS, loss=loss
        )
        survived &= predict(on_pixels, moved).argmax(dim=1) == labels
    print(f"ε = {epsilon}: {survived.float().mean():.1%}")
    return survived.double().mean().item()

# %%
epsilons = [0.0, 0.05, 0.1]
plt.plot(epsilons, [evaluate(trained_elsewhere, x, y, e, [0.1], [0.3]) for e in epsilons])
# !pip list
