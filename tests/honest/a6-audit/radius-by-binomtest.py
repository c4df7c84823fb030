"""The bound from the exact test of a binomial share, one-sided."""

from scipy.stats import binomtest, norm


def certified_radius(count, samples, sigma, alpha=0.001):
    if not (0 <= count <= samples and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("no votes, no noise, or no risk of being wrong")
    test = binomtest(count, samples, alternative="greater")
    lower = test.proportion_ci(confidence_level=1 - alpha, method="exact").low
    return float(sigma * norm.isf(1 - lower)) if lower > 0.5 else 0.0
