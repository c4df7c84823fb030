"""Leaves sigma out.

loses: radius_is_proved
cause: sigma is left out
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    lower = betaincinv(count, samples - count + 1, alpha) if count else 0.0
    return NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
