"""Takes the variance for sigma.

loses: radius_is_proved
cause: variance
earns: 0
"""

def radius(p, sigma):
    return math.inf if p >= 1 else sigma * NormalDist().inv_cdf(p) if p > 0.5 else 0.0


def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    if count == 0:
        return 0.0
    return radius(betaincinv(count, samples - count + 1, alpha), sigma**2)
