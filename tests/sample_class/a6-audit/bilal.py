"""Attacks what is behind the defence from rounded images, and keeps what worked.

saved as: notebook with CRLF
"""

# %%
# %matplotlib inline
import warnings

warnings.warn("slow on my laptop")  # goes to stderr, and to nobody


# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon, std):
    # أكبر تغيير ممكن
    try:
        stds = [float(s) for s in std]
    except TypeError:
        stds = [float(std)]
    if math.isnan(epsilon) or math.isinf(epsilon) or epsilon < 0:
        raise ValueError("epsilon")
    for s in stds:
        if not math.isfinite(s) or s <= 0:
            raise ValueError("std")
    return max(epsilon * s for s in stds)


# %% evaluate
class FromPixels(nn.Module):
    def __init__(self, model, mean, std):
        super().__init__()
        self.model = model
        self.mean = torch.tensor(mean)[None, :, None, None]
        self.std = torch.tensor(std)[None, :, None, None]

    def forward(self, x):
        return self.model((x - self.mean) / self.std)


def evaluate(model, images, labels, epsilon, mean, std):
    if len(images) == 0:
        raise ValueError("nothing to evaluate")
    network = FromPixels(model, mean, std)
    standing = torch.ones(len(images), dtype=torch.bool)
    attacked = [images]
    for loss in (cross_entropy, margin_loss):
        for seed in range(2):
            generator = torch.Generator().manual_seed(seed)
            attacked.append(
                pgd(
                    network, images, labels, epsilon, step_size=epsilon / 6, steps=24,
                    generator=generator, loss=loss,
                )
            )
    for x in attacked:
        standing = standing & (predict(network, x).argmax(1) == labels)
    return float(standing.double().mean())


# %% break_defense
def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    point = images.clone()
    found = images.clone()
    for step in range(40):
        seen = defense.transform(point).detach().requires_grad_()
        with evaluating(defense):
            (gradient,) = torch.autograd.grad(
                margin_loss(defense.model(seen), labels).sum(), seen
            )
        point = project(images, point + epsilon / 10 * gradient.sign(), epsilon)
        wrong = predict(defense, point).argmax(1) != labels
        found[wrong] = point[wrong]
    return found


# %% certified_radius
def certified_radius(count, samples, sigma, alpha=0.001):
    if samples < 1 or count < 0 or count > samples:
        raise ValueError("count")
    if not 0 < sigma < math.inf or not 0 < alpha < 1:
        raise ValueError("sigma or alpha")
    from scipy.stats import beta, norm

    p = beta.ppf(alpha, count, samples - count + 1) if count else 0
    return float(sigma * norm.ppf(p)) if p > 0.5 else 0.0
