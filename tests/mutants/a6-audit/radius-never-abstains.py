"""Returns radii below 0 where nothing is certain.

loses: radius_abstains
cause: below 0
earns: 2
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    if count == 0:
        return -sigma
    return sigma * NormalDist().inv_cdf(betaincinv(count, samples - count + 1, alpha))
