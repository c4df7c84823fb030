"""Leaves out the images that were wrong before, as the report she read did.

student: o'neill, aoife
loses: evaluate_finds_what_is_known_exactly
"""

# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not 0 <= epsilon < math.inf or not all(0 < each < math.inf for each in stds):
        raise ValueError("epsilon >= 0 and every std > 0, all finite")
    return epsilon * max(stds)


# %% evaluate
def evaluate(model, images, labels, epsilon, mean, std):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1] or not len(images):
        raise ValueError("nothing to evaluate")
    on_pixels = nn.Sequential(Normalize(mean, std), model)
    right = predict(on_pixels, images).argmax(dim=1) == labels
    images, labels = images[right], labels[right]
    survived = torch.ones(len(images), dtype=torch.bool)
    for loss in (cross_entropy, margin_loss):
        moved = pgd(
            on_pixels, images, labels, epsilon, step_size=epsilon / 8, steps=20, loss=loss
        )
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
def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:
    if not 0 <= count <= samples or samples < 1 or not 0 < sigma < math.inf or not 0 < alpha < 1:
        raise ValueError("an argument lies outside its range")
    if count == 0:
        return 0.0
    lower = betaincinv(count, samples - count + 1, alpha)
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
