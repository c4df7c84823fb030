// A flat slice through the space of all pictures, and what networks say on it.
"use strict";

(globalThis.adversarial ??= {}).slice = (() => {
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const minus = (a, b) => a.map((value, i) => value - b[i]);
  const unit = (a) => {
    const length = Math.sqrt(dot(a, a));
    return length > 1e-9 ? a.map((value) => value / length) : null;
  };

  /**
   * The plane through a path's first and last picture that holds most of the rest of the path.
   *
   * `place(x)` is where a picture lies when it is projected onto the plane, `at(a, b)` the picture
   * there, which may leave [0, 1]; `off` is the farthest that the path leaves the plane, and
   * `reach` how long the way from first to last is, all as Euclidean lengths.
   */
  function plane(path) {
    const origin = path[0];
    const away = path.map((x) => minus(x, origin));
    const last = away[away.length - 1];
    const u = unit(last) ?? origin.map((_, i) => (i === 0 ? 1 : 0));
    const beside = away.map((a) => minus(a, u.map((value) => value * dot(a, u))));
    const v = mostOf(beside) ?? orthogonal(u);
    const place = (x) => [dot(minus(x, origin), u), dot(minus(x, origin), v)];
    const at = (a, b) => origin.map((value, i) => value + a * u[i] + b * v[i]);
    const off = Math.max(
      ...beside.map((a) => Math.sqrt(Math.max(0, dot(a, a) - dot(a, v) ** 2))),
    );
    return { place, at, off, reach: Math.sqrt(dot(last, last)), u, v };
  }

  /** The direction in which some vectors spread most, by power iteration; null if they are all 0. */
  function mostOf(vectors) {
    let direction = unit(vectors.reduce((a, b) => (dot(a, a) >= dot(b, b) ? a : b)));
    for (let turn = 0; direction && turn < 30; turn++) {
      const next = direction.map(() => 0);
      for (const vector of vectors) {
        const share = dot(vector, direction);
        vector.forEach((value, i) => (next[i] += share * value));
      }
      direction = unit(next) ?? direction;
    }
    return direction;
  }

  /** Some direction at a right angle to u. */
  function orthogonal(u) {
    const other = u.map((_, i) => Math.cos(i));
    return unit(minus(other, u.map((value) => value * dot(other, u))));
  }

  /** The grid's places along both directions: `count` from before the start to beyond the end. */
  function grid(reach, count) {
    const size = 1.8 * Math.max(reach, 0.5);
    const along = (from) => Array.from({ length: count }, (_, i) => from + (size * (i + 0.5)) / count);
    const start = -(size - Math.max(reach, 0.5)) / 2;
    return { a: along(start), b: along(-size / 2), size, start };
  }

  return { plane, grid };
})();
