// The playground's attacks, as in solutions/: every pixel moves by at most epsilon and stays in
// [0, 1]. tests/site/test_playground.py compares FGSM and PGD with the reference answers.
"use strict";

(globalThis.adversarial ??= {}).attacks = (() => {
  const { forward, gradient } = globalThis.adversarial.engine;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const PGD_STEPS = 10;

  /** image + epsilon · sign(gradient), clamped: Goodfellow et al. 2015. */
  function fgsm(net, image, label, epsilon) {
    return along(gradient(net, image, label).map(Math.sign), image, epsilon);
  }

  /** Ten steps of epsilon / 4 from the image itself, each brought back into the ball around it. */
  function pgd(net, image, label, epsilon) {
    let moved = image;
    for (let step = 0; step < PGD_STEPS; step++) {
      const slope = gradient(net, moved, label);
      moved = moved.map((x, i) => {
        const change = x + (epsilon / 4) * Math.sign(slope[i]) - image[i];
        return clamp(image[i] + clamp(change, -epsilon, epsilon), 0, 1);
      });
    }
    return moved;
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
  const noise = (net, image, label, epsilon) => along(coin(image.length), image, epsilon);

  const along = (direction, image, epsilon) =>
    image.map((x, i) => clamp(x + epsilon * direction[i], 0, 1));

  const ATTACKS = { fgsm, pgd, noise };

  /** p(true class) at each epsilon. FGSM and the noise keep their direction: one gradient will do. */
  function curve(net, name, image, label, epsilons) {
    const chance = (x) => forward(net, x).probabilities[label];
    if (name === "pgd") return epsilons.map((e) => chance(pgd(net, image, label, e)));
    const direction =
      name === "fgsm" ? gradient(net, image, label).map(Math.sign) : coin(image.length);
    return epsilons.map((e) => chance(along(direction, image, e)));
  }

  return { ATTACKS, PGD_STEPS, curve };
})();
