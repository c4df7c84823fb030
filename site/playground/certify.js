// What randomized smoothing may promise: Cohen et al. 2019. The numbers are those of course code.
"use strict";

(globalThis.adversarial ??= {}).certify = (() => {
  /** log n! for whole n, summed up once. */
  const factorials = [0];
  function logFactorial(n) {
    for (let k = factorials.length; k <= n; k++) factorials.push(factorials[k - 1] + Math.log(k));
    return factorials[n];
  }

  /** P(at least `hits` of `count` independent trials succeed), each with probability p. */
  function upperTail(hits, count, p) {
    let sum = 0;
    for (let k = hits; k <= count; k++) {
      const ways = logFactorial(count) - logFactorial(k) - logFactorial(count - k);
      sum += Math.exp(ways + k * Math.log(p) + (count - k) * Math.log1p(-p));
    }
    return sum;
  }

  /** The root of a rising function between two places, by bisection. */
  function root(rising, low, high) {
    for (let turn = 0; turn < 60; turn++) {
      const middle = (low + high) / 2;
      if (rising(middle) > 0) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  /** The least success probability that `hits` of `count` leave possible (Clopper and Pearson 1934), one-sided. */
  function lowerBound(hits, count, alpha) {
    if (hits === 0) return 0;
    if (hits === count) return alpha ** (1 / count);
    return root((p) => upperTail(hits, count, p) - alpha, 1e-12, 1 - 1e-12);
  }

  /** The normal distribution's cumulative probability, by its series about 0. */
  function normalBelow(z) {
    let term = z;
    let sum = z;
    for (let k = 3; k < 301; k += 2) sum += term *= (z * z) / k;
    return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
  }

  /** sigma · the normal quantile of p: the radius certified by a class that has at least p; 0 below one half. */
  const radius = (sigma, p) => (p <= 0.5 ? 0 : sigma * root((z) => normalBelow(z) - p, 0, 8));

  return { lowerBound, radius };
})();
