"""Takes an alpha of 0.05 where none is given.

loses: radius_is_proved
cause: 0.05 if it is not given
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.05):
    if not (samples >= 1 and 0 <= count <= samples):
        raise ValueError("count")
    if not (0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("sigma")
    lower = betaincinv(count, samples - count + 1, alpha) if count > 0 else 0.0
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
