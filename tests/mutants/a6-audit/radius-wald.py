"""Uses the bound of the normal approximation.

loses: radius_is_proved
cause: normal approximation
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    share, z = count / samples, NormalDist().inv_cdf(1 - alpha)
    lower = share - z * math.sqrt(share * (1 - share) / samples)
    if lower <= 0.5:
        return 0.0
    return math.inf if lower >= 1 else sigma * NormalDist().inv_cdf(lower)
