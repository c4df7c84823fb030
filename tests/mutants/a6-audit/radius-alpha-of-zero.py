"""Lets an alpha of 0 or 1 pass.

loses: radius_refuses_impossible_votes
cause: the arguments are not checked
earns: 3
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < math.inf and 0 <= alpha <= 1):
        raise ValueError("out of range")
    lower = betaincinv(count, samples - count + 1, alpha) if count > 0 else 0.0
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
