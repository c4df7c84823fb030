"""Certifies something wherever the class has a majority.

loses: radius_abstains
cause: lower bound is not
earns: 2
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    if count <= samples / 2:
        return 0.0
    return abs(sigma * NormalDist().inv_cdf(betaincinv(count, samples - count + 1, alpha)))
