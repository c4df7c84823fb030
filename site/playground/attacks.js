// The playground's attacks, as in solutions/. What an attack aims at is { label, target, mask }: away
// from the label, or to the target where there is one; `mask` says which pixels a patch may use.
// tests/site/test_playground.py compares them with the reference answers.
"use strict";

(globalThis.adversarial ??= {}).attacks = (() => {
  const { forward, pixelGradient, crossEntropySlope } = globalThis.adversarial.engine;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const PGD_STEPS = 10;
  const PATCH_STEPS = 30;
  const PATCH_STEP = 0.1;

  /** The gradient, for the pixels, of what an attack makes larger. */
  function slope(net, image, { label, target = null }) {
    const run = forward(net, image);
    if (target === null) return pixelGradient(net, run, crossEntropySlope(run.probabilities, label));
    return pixelGradient(net, run, crossEntropySlope(run.probabilities, target).map((d) => -d));
  }

  /** Where an attacker may go: at most epsilon from the image in every pixel, and in [0, 1]. */
  const project = (image, moved, epsilon) =>
    moved.map((x, i) => clamp(image[i] + clamp(x - image[i], -epsilon, epsilon), 0, 1));

  /** The same for a budget of Euclidean length: a change that is too long is shortened. */
  function projectL2(image, moved, epsilon) {
    const factor = Math.min(1, epsilon / Math.max(distance(image, moved), 1e-12));
    return moved.map((x, i) => clamp(image[i] + factor * (x - image[i]), 0, 1));
  }

  const distance = (a, b) => Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));

  const along = (direction, image, epsilon) =>
    image.map((x, i) => clamp(x + epsilon * direction[i], 0, 1));

  /** image + epsilon · sign(gradient), clamped: Goodfellow et al. 2015. */
  const fgsm = (net, image, aim, epsilon) => along(slope(net, image, aim).map(Math.sign), image, epsilon);

  /** The images on PGD's way, the first of them the image itself. `uphill` gives the gradient. */
  function pgdPath(image, uphill, epsilon, { steps = PGD_STEPS, step = epsilon / 4 } = {}) {
    const path = [image];
    for (let done = 0; done < steps; done++) {
      const here = path[done];
      const direction = uphill(here);
      path.push(project(image, here.map((x, i) => x + step * Math.sign(direction[i])), epsilon));
    }
    return path;
  }

  /** Ten steps of epsilon / 4 from the image itself, each brought back into the ball around it. */
  const pgd = (net, image, aim, epsilon) =>
    pgdPath(image, (x) => slope(net, x, aim), epsilon)[PGD_STEPS];

  /** PGD whose budget is the Euclidean length of the change: steps along the gradient itself. */
  function l2(net, image, aim, epsilon) {
    let moved = image;
    for (let done = 0; done < PGD_STEPS; done++) {
      const direction = slope(net, moved, aim);
      const length = Math.max(distance(direction, direction.map(() => 0)), 1e-12);
      moved = projectL2(image, moved.map((x, i) => x + (epsilon / 4 / length) * direction[i]), epsilon);
    }
    return moved;
  }

  /** Few pixels, changed as far as it takes: sign steps within the mask, kept in [0, 1]. */
  function patch(net, image, aim) {
    const { mask } = aim;
    let moved = image;
    for (let done = 0; done < PATCH_STEPS; done++) {
      const direction = slope(net, moved, aim);
      moved = moved.map((x, i) => (mask[i] ? clamp(x + PATCH_STEP * Math.sign(direction[i]), 0, 1) : x));
    }
    return moved;
  }

  /** A square of `size` pixels a side around a pixel, cut off at the image's edges. */
  function square({ channels, side }, row, column, size) {
    const within = (place, centre) => {
      const from = centre - Math.floor(size / 2);
      return place >= from && place < from + size;
    };
    return Uint8Array.from({ length: channels * side * side }, (_, i) => {
      const place = i % (side * side);
      return within(Math.floor(place / side), row) && within(place % side, column);
    });
  }

  /** The control's direction: up or down at the toss of a coin, the same coin each time. */
  function coin(pixels) {
    let state = 1;
    return Float64Array.from({ length: pixels }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 31 ? 1 : -1;
    });
  }

  /** Every pixel moves by epsilon, but not where the gradient says. */
  const noise = (net, image, aim, epsilon) => along(coin(image.length), image, epsilon);

  const ATTACKS = { fgsm, pgd, l2, patch, noise };

  /** p(true class) as a function of epsilon. FGSM and the noise keep their direction: one gradient will do. */
  function curve(net, name, image, aim) {
    const chance = (x) => forward(net, x).probabilities[aim.label];
    if (name !== "fgsm" && name !== "noise") return (e) => chance(ATTACKS[name](net, image, aim, e));
    const direction = name === "fgsm" ? slope(net, image, aim).map(Math.sign) : coin(image.length);
    return (e) => chance(along(direction, image, e));
  }

  return { ATTACKS, PGD_STEPS, slope, project, distance, pgdPath, square, curve };
})();
