"""The bound by bisection of the binomial tail, the tail by logarithms of factorials."""

import numpy as np
from scipy.special import gammaln, logsumexp


def tail(p, count, samples):
    k = np.arange(count, samples + 1)
    choose = gammaln(samples + 1) - gammaln(k + 1) - gammaln(samples - k + 1)
    return np.exp(logsumexp(choose + k * np.log(p) + (samples - k) * np.log1p(-p)))


def certified_radius(count, samples, sigma, alpha=0.001):
    if not (samples > 0 and 0 <= count <= samples and 0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError("no votes, no noise, or no risk of being wrong")
    if 2 * count <= samples:
        return 0.0
    low, high = 0.5, 1.0
    if tail(low, count, samples) >= alpha:
        return 0.0  # so many votes would be no surprise at p = 1/2
    while high - low > 1e-14:
        middle = (low + high) / 2
        if tail(middle, count, samples) < alpha:
            low = middle
        else:
            high = middle
    return sigma * NormalDist().inv_cdf(low)
