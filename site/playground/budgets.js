// What the attacks of the playground may change, and how the slider says so. The slider holds whole
// numbers: 255ths of a pixel's range, tenths of a Euclidean length, or pixels of a patch's side.
"use strict";

(globalThis.adversarial ??= {}).budgets = (() => {
  const { ATTACKS, PGD_STEPS, square } = globalThis.adversarial.attacks;

  const BUDGETS = {
    linf: {
      title: "Epsilon",
      unit: "in steps of 1/255",
      start: (set) => Math.round(set.largest / 4),
      largest: (set) => set.largest,
      size: (value) => value / 255,
      text: (value) => `${(value / 255).toFixed(3)} = ${value}/255`,
      said: (value) => `epsilon ${value}/255`,
      change: (value) => `at most ${value}/255`,
      ticks: [0, 0.1, 0.2, 0.3, 0.4],
    },
    l2: {
      title: "Length of the change",
      unit: "in tenths",
      start: () => 15,
      largest: () => 40,
      size: (value) => value / 10,
      text: (value) => `L2 norm at most ${(value / 10).toFixed(1)}`,
      said: (value) => `an L2 budget of ${(value / 10).toFixed(1)}`,
      change: (value) => `L2 norm at most ${(value / 10).toFixed(1)}`,
      ticks: [0, 1, 2, 3, 4],
    },
    patch: {
      title: "Patch",
      unit: "in pixels",
      start: () => 6,
      largest: () => 14,
      size: (value) => value,
      text: (value) => `${value} × ${value} pixels`,
      said: (value) => `${value} × ${value} pixels`,
      change: (value) => `${value} × ${value} pixels`,
      ticks: [0, 5, 10],
    },
  };

  const NAMES = {
    fgsm: "FGSM",
    pgd: `PGD, ${PGD_STEPS} steps`,
    l2: "L2 PGD",
    patch: "a patch",
    noise: "random noise",
  };

  const budgetOf = (attack) => BUDGETS[attack] ?? BUDGETS.linf;

  /** The image that the state's attack makes: `state` has attack, eps, row, column, target. */
  function attacked(net, image, label, state, form) {
    const { attack, eps, row, column, target } = state;
    const mask = attack === "patch" ? square(form, row, column, eps) : null;
    return ATTACKS[attack](net, image, { label, target, mask }, budgetOf(attack).size(eps));
  }

  return { NAMES, budgetOf, attacked };
})();
