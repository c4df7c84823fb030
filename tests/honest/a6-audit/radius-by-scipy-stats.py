"""The bound by scipy.stats: a quantile of the beta distribution, then one of the normal."""

from scipy.stats import beta, norm


def certified_radius(count, samples, sigma, alpha=0.001):
    if not (samples > 0 and 0 <= count <= samples and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("no votes, no noise, or no risk of being wrong")
    if count <= 0:
        return 0.0
    p = beta.ppf(alpha, count, samples - count + 1)
    if p <= 0.5:
        return 0.0
    return sigma * norm.ppf(p)
