// Five defences that look strong, the gradient that an attacker finds in them, and three remedies:
// "through" goes through what has no slope as if it were not there (and through the detector too),
// "margin" follows the logits instead of the probabilities, "average" follows the mean over noise.
// Athalye, Carlini and Wagner 2018 name the symptoms; the last two are Carlini and Wagner 2017's.
"use strict";

(globalThis.adversarial ??= {}).victims = (() => {
  const { engine, attacks } = globalThis.adversarial;
  const DRAWS = 20;
  const STEPS = 20;

  const VICTIMS = {
    bit: { title: "One-bit input", network: "plain", bits: true },
    scale: { title: "Logits times 1,000", network: "plain", scale: 1000 },
    noise: { title: "Noise on the input", network: "plain", sigma: 0.5, steps: 1 },
    distilled: { title: "Distillation", network: "distilled" },
    detector: { title: "A detector", network: "plain", detects: true },
  };

  /** What the network is shown: black or white pixels, noisy ones, or the image itself. */
  function prepare({ bits, sigma }, x, normal) {
    if (bits) return x.map((value) => (value >= 0.5 ? 1 : 0));
    if (sigma) return x.map((value) => value + sigma * normal());
    return x;
  }

  /** Softmax in single precision, as PyTorch computes it: what is too small becomes 0. */
  function softmax32(logits) {
    const top = Math.max(...logits);
    const powers = Array.from(logits, (value) => Math.fround(Math.exp(value - top)));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((value) => Math.fround(value / sum));
  }

  /** The gradient of the cross-entropy for the logits, in single precision, behind a scale. */
  const crossEntropy32 = (logits, label, scale) =>
    Float64Array.from(softmax32(logits.map((value) => scale * value)), (p, k) =>
      Math.fround(scale * Math.fround(k === label ? p - 1 : p)),
    );

  /** The gradient of the margin, best other logit minus that of the label: never 0. */
  function marginSlope(logits, label) {
    const others = logits.map((value, k) => (k === label ? -Infinity : value));
    const slope = new Float64Array(logits.length);
    slope[engine.best(others)] = 1;
    slope[label] = -1;
    return slope;
  }

  /** The mean over 3×3 pixels, black beyond the edge. It is its own transpose. */
  function blur(x) {
    const side = Math.sqrt(x.length);
    return x.map((_, i) => {
      const [row, column] = [Math.floor(i / side), i % side];
      let sum = 0;
      for (let r = Math.max(row - 1, 0); r <= Math.min(row + 1, side - 1); r++) {
        for (let c = Math.max(column - 1, 0); c <= Math.min(column + 1, side - 1); c++) sum += x[r * side + c];
      }
      return sum / 9;
    });
  }

  /** How rough a picture is: the mean square of what the blur takes away. */
  const roughness = (x) => {
    const soft = blur(x);
    return x.reduce((sum, value, i) => sum + (value - soft[i]) ** 2, 0) / x.length;
  };

  /** The gradient of the roughness. */
  function roughnessSlope(x) {
    const taken = minus(x, blur(x));
    return minus(taken, blur(taken)).map((value) => (2 * value) / x.length);
  }

  const minus = (a, b) => a.map((value, i) => value - b[i]);
  const largest = (a) => a.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-30);

  /** The gradient that the attacker follows at x. */
  function slope(victim, net, remedy, x, label, normal) {
    const draws = remedy === "average" ? DRAWS : 1;
    const sum = new Float64Array(x.length);
    for (let draw = 0; draw < draws; draw++) {
      const run = engine.forward(net, prepare(victim, x, normal));
      const dlogits =
        remedy === "margin"
          ? marginSlope(run.logits, label)
          : crossEntropy32(run.logits, label, victim.scale ?? 1);
      const found = engine.pixelGradient(net, run, dlogits);
      found.forEach((value, i) => (sum[i] += value));
    }
    if (victim.bits && remedy !== "through") return sum.fill(0); // a step has no slope
    return sum;
  }

  /**
   * The picture that the attack with this remedy reaches. `limit` is the roughness at which the
   * detector refuses: an attack that goes through the detector stays below it, in smooth steps.
   */
  function attack(victim, net, remedy, image, label, epsilon, normal, limit) {
    const uphill = (x) => slope(victim, net, remedy, x, label, normal);
    if (!victim.detects || remedy !== "through") {
      const { steps = STEPS } = victim;
      const step = steps === 1 ? epsilon : epsilon / 8;
      return attacks.pgdPath(image, uphill, epsilon, { steps, step })[steps];
    }
    let moved = image;
    for (let done = 0; done < STEPS; done++) {
      const [up, rough] = [uphill(moved), roughnessSlope(moved)];
      const weight = roughness(moved) > 0.9 * limit ? (3 * norm(up)) / norm(rough) : 0;
      const smooth = blur(blur(up.map((value, i) => value - weight * rough[i])));
      const step = epsilon / 4 / largest(smooth);
      moved = attacks.project(image, moved.map((value, i) => value + step * smooth[i]), epsilon);
    }
    return moved;
  }

  const norm = (a) => Math.max(attacks.distance(a, a.map(() => 0)), 1e-30);

  /** The defended answer: { class, refused }. */
  function answer(victim, net, x, normal, limit) {
    const { logits } = engine.forward(net, prepare(victim, x, normal));
    return { class: engine.best(logits), refused: Boolean(victim.detects) && roughness(x) > limit };
  }

  return { VICTIMS, slope, attack, answer, roughness, roughnessSlope };
})();
