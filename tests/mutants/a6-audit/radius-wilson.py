"""Uses Wilson's bound.

loses: radius_is_proved
cause: Wilson
earns: 0
"""

def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and samples >= 1 and 0 < sigma < float("inf") and 0 < alpha < 1):
        raise ValueError("impossible votes")
    share, z = count / samples, NormalDist().inv_cdf(1 - alpha)
    middle = share + z * z / (2 * samples)
    half = z * math.sqrt(share * (1 - share) / samples + z * z / (4 * samples**2))
    lower = (middle - half) / (1 + z * z / samples)
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0
