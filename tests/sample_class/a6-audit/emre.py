"""Divides by std, and takes the share of the votes for their probability.

loses: epsilon_becomes_a_move_of_pixels, radius_is_proved
"""

# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not 0 <= epsilon < math.inf or not all(0 < each < math.inf for each in stds):
        raise ValueError("no unit")
    return epsilon / max(stds)


# %% evaluate
def evaluate(model, images, labels, epsilon, mean, std) -> float:
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        moved = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        survived &= predict(on_pixels, moved).argmax(dim=1) == labels
    return survived.double().mean().item()


# %% break_defense
class StraightThrough(nn.Module):
    def __init__(self, defense: Defence) -> None:
        super().__init__()
        self.defense = defense

    def forward(self, images: Tensor) -> Tensor:
        change = (self.defense.transform(images) - images).detach()
        return self.defense.model(images + change)


def break_defense(defense, images, labels, epsilon) -> Tensor:
    check_attack(images, labels, epsilon)
    best = images.clone()
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        moved = pgd(
            StraightThrough(defense), images, labels, epsilon,
            step_size=2.5 * epsilon / STEPS, steps=STEPS, loss=loss,
        )
        broken = predict(defense, moved).argmax(dim=1) != labels
        best[broken] = moved[broken]
    return best


# %% certified_radius
def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    share = min(count / samples, 1 - 1e-9)
    return sigma * NormalDist().inv_cdf(share) if share > 0.5 else 0.0
