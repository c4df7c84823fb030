// Training the playground's network: the gradient for its weights, and Adam's steps along it.
// tests/test_playground.py compares gradient and steps with PyTorch.
"use strict";

(globalThis.adversarial ??= {}).learn = (() => {
  const { engine, random } = globalThis.adversarial;
  const KERNEL = engine.KERNEL;

  /** An untrained network, its weights uniform as PyTorch starts them (Kaiming, by the inputs). */
  function fresh(form, seed) {
    const net = engine.shape(form);
    const sizes = Object.entries(net).map(([name, { inputs, outputs }]) => {
      const each = name === "logits" ? inputs : inputs * KERNEL * KERNEL;
      return { weights: outputs * each, biases: outputs, bound: 1 / Math.sqrt(each) };
    });
    const total = sizes.reduce((sum, { weights, biases }) => sum + weights + biases, 0);
    const next = random.uniform(seed);
    const numbers = new Float64Array(total);
    let at = 0;
    for (const { weights, biases, bound } of sizes) {
      for (const end = at + weights + biases; at < end; at++) numbers[at] = (2 * next() - 1) * bound;
    }
    return { net: engine.withWeights(net, numbers), numbers };
  }

  /** Add a convolution's gradient: dy is mostly zeros. */
  function addConvolution({ inputs, outputs, side }, x, dy, dweight, dbias) {
    const out = side - KERNEL + 1;
    for (let o = 0, j = 0; o < outputs; o++) {
      for (let r = 0; r < out; r++) {
        for (let c = 0; c < out; c++, j++) {
          const d = dy[j];
          if (d === 0) continue;
          dbias[o] += d;
          for (let i = 0; i < inputs; i++) {
            for (let k = 0; k < 25; k++) {
              const from = (i * side + r + Math.floor(k / KERNEL)) * side + c + (k % KERNEL);
              dweight[(o * inputs + i) * 25 + k] += d * x[from];
            }
          }
        }
      }
    }
  }

  /** Add the cross-entropy's gradient for all weights to `sums`, a network of the same form; the loss. */
  function addGradient(net, image, label, sums) {
    const run = engine.forward(net, image);
    const dlogits = engine.crossEntropySlope(run.probabilities, label);
    const { conv1, conv2 } = engine.back(net, run, dlogits);
    addConvolution(net.conv1, image, conv1, sums.conv1.weight, sums.conv1.bias);
    addConvolution(net.conv2, run.pool1.y, conv2, sums.conv2.weight, sums.conv2.bias);
    dlogits.forEach((d, k) => {
      sums.logits.bias[k] += d;
      for (let j = 0; j < net.logits.inputs; j++) {
        sums.logits.weight[k * net.logits.inputs + j] += d * run.pool2.y[j];
      }
    });
    return -Math.log(Math.max(run.probabilities[label], 1e-300));
  }

  /** Adam (Kingma and Ba 2015) with PyTorch's defaults: step(gradients, rate) moves `numbers` in place. */
  function adam(numbers) {
    const mean = new Float64Array(numbers.length);
    const square = new Float64Array(numbers.length);
    let steps = 0;
    return (gradients, rate) => {
      steps += 1;
      const [c1, c2] = [1 - 0.9 ** steps, 1 - 0.999 ** steps];
      for (let i = 0; i < numbers.length; i++) {
        mean[i] += 0.1 * (gradients[i] - mean[i]);
        square[i] += 0.001 * (gradients[i] ** 2 - square[i]);
        numbers[i] -= (rate * (mean[i] / c1)) / (Math.sqrt(square[i] / c2) + 1e-8);
      }
    };
  }

  /** A learner: `step(batch, rate)` takes [{ image, label }] and returns the mean loss before the step. */
  function learner(form, seed) {
    const { net, numbers } = fresh(form, seed);
    const gradients = new Float64Array(numbers.length);
    const sums = engine.withWeights(engine.shape(form), gradients);
    const move = adam(numbers);
    function step(batch, rate) {
      gradients.fill(0);
      const loss = batch.reduce((sum, { image, label }) => sum + addGradient(net, image, label, sums), 0);
      for (let i = 0; i < gradients.length; i++) gradients[i] /= batch.length;
      move(gradients, rate);
      return loss / batch.length;
    }
    return { net, numbers, gradients, step };
  }

  return { learner };
})();
