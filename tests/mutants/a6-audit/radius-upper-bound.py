"""Takes the upper bound.

loses: radius_is_proved
cause: upper bound
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    if count == samples:
        return math.inf
    upper = betaincinv(count + 1, samples - count, 1 - alpha)
    return sigma * NormalDist().inv_cdf(upper) if upper > 0.5 else 0.0
