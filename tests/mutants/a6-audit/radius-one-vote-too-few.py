"""Takes Beta(count, samples - count).

loses: radius_is_proved
cause: one vote too few
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if count == samples:
        return math.inf
    lower = betaincinv(count, samples - count, alpha) if count else 0.0
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
