// Random numbers that are the same on every visit: a seeded stream, uniform and normal.
"use strict";

(globalThis.adversarial ??= {}).random = (() => {
  /** Numbers in [0, 1), one at each call: mulberry32 by Tommy Ettinger, in the public domain. */
  function uniform(seed) {
    let state = seed >>> 0;
    return () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** Standard normal numbers, from pairs of uniform ones (Box and Muller 1958). */
  function normal(seed) {
    const next = uniform(seed);
    return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  }

  /** The numbers from 0 to `count` - 1 in a random order (Fisher and Yates). */
  function shuffled(count, next) {
    const order = Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  return { uniform, normal, shuffled };
})();
