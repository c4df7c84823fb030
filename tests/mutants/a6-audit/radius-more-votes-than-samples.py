"""Lets more votes pass than there are samples.

loses: radius_refuses_impossible_votes
cause: the arguments are not checked
earns: 3
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (samples >= 1 and count >= 0 and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("out of range")
    lower = betaincinv(count, max(samples - count, 0) + 1, alpha) if count > 0 else 0.0
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
