"""One class for all attacks, and the bound by bisection of the binomial tail.

saved as: notebook with BOM
"""

# %%
# 監査
from dataclasses import dataclass


@dataclass
class Attack:
    epsilon: float
    steps: int = 24

    def __call__(self, model, x, y, loss):
        return pgd(
            model, x, y, self.epsilon, step_size=2.5 * self.epsilon / self.steps,
            steps=self.steps, loss=loss,
        )


# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not 0 <= epsilon < math.inf or not all(0 < each < math.inf for each in stds):
        raise ValueError("epsilon >= 0 and every std > 0, all finite")
    return epsilon * max(stds)


# %% evaluate
def evaluate(model, images, labels, epsilon, mean, std):
    check_attack(images, labels, epsilon)
    network = nn.Sequential(Normalize(mean, std), model)
    attack = Attack(epsilon)
    left = torch.arange(len(images))
    if len(left) == 0:
        raise ValueError("no images")
    left = left[predict(network, images).argmax(dim=1) == labels]
    for loss in (margin_loss, cross_entropy, margin_loss, cross_entropy):
        if len(left):
            x, y = images[left], labels[left]
            left = left[predict(network, attack(network, x, y, loss)).argmax(dim=1) == y]
    return len(left) / len(images)


# %% break_defense
class Identity(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, seen):
        return seen.clone()

    @staticmethod
    def backward(ctx, gradient):
        return gradient, None


class Open(nn.Module):
    def __init__(self, defense):
        super().__init__()
        self.defense = defense

    def forward(self, x):
        with torch.no_grad():
            seen = self.defense.transform(x)
        return self.defense.model(Identity.apply(x, seen))


def break_defense(defense, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    result = images.clone()
    for loss in (cross_entropy, margin_loss, cross_entropy, margin_loss):
        x = Attack(epsilon)(Open(defense), images, labels, loss)
        fooled = (predict(defense, x).argmax(dim=1) != labels)[:, None, None, None]
        result = torch.where(fooled, x, result)
    return result


# %% certified_radius
def certified_radius(count, samples, sigma, alpha=0.001):
    if not (samples >= 1 and 0 <= count <= samples and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("outside its range")
    if count == 0:
        return 0.0
    from scipy.special import bdtrc

    low, high = 0.0, 1.0
    for _ in range(100):  # P(at least count votes) grows with p
        p = (low + high) / 2
        low, high = (p, high) if bdtrc(count - 1, samples, p) < alpha else (low, p)
    return sigma * NormalDist().inv_cdf(low) if low > 0.5 else 0.0
