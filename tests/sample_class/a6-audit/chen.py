"""Runs PGD through the defence as it stands, whose gradient is 0.

loses: break_does_more_than_noise
"""

# %% to_pixel_epsilon
def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not 0 <= epsilon < math.inf or not all(0 < each < math.inf for each in stds):
        raise ValueError("epsilon >= 0 and every std > 0, all finite")
    return epsilon * max(stds)


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
def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(defense, images, labels, epsilon, step_size=epsilon / 8, steps=20)


# %% certified_radius
def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:
    if not 0 <= count <= samples or samples < 1 or not 0 < sigma < math.inf or not 0 < alpha < 1:
        raise ValueError("an argument lies outside its range")
    if count == 0:
        return 0.0
    lower = betaincinv(count, samples - count + 1, alpha)
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
