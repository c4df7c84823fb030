// The playground's network: logits, probabilities, activations and the gradient for the pixels.
//
// It is `tiny-cnn` of course/models.py: convolution 5×5, ReLU, 2×2 maximum, the same again, and one
// linear layer. tests/site/test_playground.py compares every number here with PyTorch.
"use strict";

(globalThis.adversarial ??= {}).engine = (() => {
  const KERNEL = 5;
  const MAPS1 = 8;
  const MAPS2 = 16;

  /** Decode little-endian IEEE half-precision numbers. */
  function halves(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Float64Array.from({ length: bytes.byteLength / 2 }, (_, i) => {
      const bits = view.getUint16(2 * i, true);
      const sign = bits & 0x8000 ? -1 : 1;
      const exponent = (bits >> 10) & 31;
      const fraction = bits & 1023;
      return exponent === 0
        ? sign * fraction * 2 ** -24
        : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
    });
  }

  /** The layers of a network for square images, their weights still to come. */
  function shape({ channels, side, classes }) {
    const side2 = (side - KERNEL + 1) / 2;
    const features = MAPS2 * ((side2 - KERNEL + 1) / 2) ** 2;
    return {
      conv1: { inputs: channels, outputs: MAPS1, side },
      conv2: { inputs: MAPS1, outputs: MAPS2, side: side2 },
      logits: { inputs: features, outputs: classes },
    };
  }

  /** Give a network its weights: views into `numbers`, in the order of PyTorch's state dict. */
  function withWeights(net, numbers) {
    let used = 0;
    const take = (count) => numbers.subarray(used, (used += count));
    for (const [name, { inputs, outputs }] of Object.entries(net)) {
      const each = name === "logits" ? 1 : KERNEL * KERNEL;
      net[name].weight = take(outputs * inputs * each);
      net[name].bias = take(outputs);
    }
    if (used !== numbers.length) throw new Error(`${numbers.length} weights, expected ${used}`);
    return net;
  }

  /** A network from its weights in half precision. */
  const network = (bytes, form) => withWeights(shape(form), halves(bytes));

  function convolve({ inputs, outputs, side, weight, bias }, x) {
    const out = side - KERNEL + 1;
    const y = new Float64Array(outputs * out * out);
    for (let o = 0; o < outputs; o++) {
      const map = y.subarray(o * out * out, (o + 1) * out * out).fill(bias[o]);
      for (let i = 0; i < inputs; i++) {
        // A row of the kernel at a time: five products for each visit of the output.
        for (let row = 0; row < KERNEL; row++) {
          const k = (o * inputs + i) * 25 + row * KERNEL;
          const [a, b, c] = [weight[k], weight[k + 1], weight[k + 2]];
          const [d, e] = [weight[k + 3], weight[k + 4]];
          for (let r = 0; r < out; r++) {
            let from = (i * side + r + row) * side;
            for (let j = r * out; j < (r + 1) * out; j++, from++) {
              map[j] += a * x[from] + b * x[from + 1] + c * x[from + 2] + d * x[from + 3] + e * x[from + 4];
            }
          }
        }
      }
    }
    return y;
  }

  /** The gradient for a convolution's input, from the gradient for its output, mostly zeros. */
  function convolveBack({ inputs, outputs, side, weight }, dy) {
    const out = side - KERNEL + 1;
    const dx = new Float64Array(inputs * side * side);
    for (let o = 0, j = 0; o < outputs; o++) {
      for (let r = 0; r < out; r++) {
        for (let c = 0; c < out; c++, j++) {
          if (dy[j] === 0) continue;
          for (let i = 0; i < inputs; i++) {
            for (let k = 0; k < 25; k++) {
              const to = (i * side + r + Math.floor(k / KERNEL)) * side + c + (k % KERNEL);
              dx[to] += dy[j] * weight[(o * inputs + i) * 25 + k];
            }
          }
        }
      }
    }
    return dx;
  }

  /** The largest of each 2×2 block, and where it stood; the first of equals, as in PyTorch. */
  function pool(x, maps, side) {
    const out = side / 2;
    const y = new Float64Array(maps * out * out);
    const winner = new Int32Array(y.length);
    for (let m = 0, j = 0; m < maps; m++) {
      for (let r = 0; r < out; r++) {
        for (let c = 0; c < out; c++, j++) {
          let best = m * side * side + 2 * r * side + 2 * c;
          for (const other of [best + 1, best + side, best + side + 1]) {
            if (x[other] > x[best]) best = other;
          }
          y[j] = x[best];
          winner[j] = best;
        }
      }
    }
    return { y, winner };
  }

  const relu = (x) => x.map((value) => (value > 0 ? value : 0));

  function softmax(logits) {
    const top = Math.max(...logits);
    const powers = logits.map((value) => Math.exp(value - top));
    const sum = powers.reduce((a, b) => a + b, 0);
    return powers.map((value) => value / sum);
  }

  /** Everything on the way from an image (channels × side × side, in [0, 1]) to its class probabilities. */
  function forward(net, image) {
    const { conv1, conv2, logits: last } = net;
    const relu1 = relu(convolve(conv1, image));
    const pool1 = pool(relu1, MAPS1, conv1.side - KERNEL + 1);
    const relu2 = relu(convolve(conv2, pool1.y));
    const pool2 = pool(relu2, MAPS2, conv2.side - KERNEL + 1);
    const logits = last.bias.map((b, k) => {
      let sum = b;
      for (let j = 0; j < last.inputs; j++) sum += pool2.y[j] * last.weight[k * last.inputs + j];
      return sum;
    });
    return { relu1, pool1, relu2, pool2, logits, probabilities: softmax(logits) };
  }

  function unpool(dy, { winner }, activation) {
    const dx = new Float64Array(activation.length);
    for (let j = 0; j < dy.length; j++) {
      if (activation[winner[j]] > 0) dx[winner[j]] += dy[j];
    }
    return dx;
  }

  /** The gradients at the outputs of both convolutions, from the gradient for the logits. */
  function back(net, run, dlogits) {
    const { inputs, weight } = net.logits;
    const dpool2 = new Float64Array(inputs);
    dlogits.forEach((d, k) => {
      for (let j = 0; j < inputs; j++) dpool2[j] += d * weight[k * inputs + j];
    });
    const conv2 = unpool(dpool2, run.pool2, run.relu2);
    const conv1 = unpool(convolveBack(net.conv2, conv2), run.pool1, run.relu1);
    return { conv1, conv2 };
  }

  /** The gradient for the pixels of what has the gradient `dlogits` for the logits. */
  const pixelGradient = (net, run, dlogits) => convolveBack(net.conv1, back(net, run, dlogits).conv1);

  /** The gradient of the cross-entropy -log p[label] for the logits: p, less 1 at the label. */
  function crossEntropySlope(probabilities, label) {
    const slope = Float64Array.from(probabilities);
    // As a sum over the others, p - 1 keeps its digits when p is nearly 1.
    slope[label] = -probabilities.reduce((sum, p, k) => (k === label ? sum : sum + p), 0);
    return slope;
  }

  /** The gradient of the cross-entropy -log p[label] for each of the image's pixels. */
  function gradient(net, image, label) {
    const run = forward(net, image);
    return pixelGradient(net, run, crossEntropySlope(run.probabilities, label));
  }

  const best = (numbers) => numbers.indexOf(Math.max(...numbers));

  return { KERNEL, shape, withWeights, network, forward, back, pixelGradient, crossEntropySlope, gradient, best };
})();
