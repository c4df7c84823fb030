// The playground's network: logits, probabilities, activations and the gradient for the pixels.
//
// It is `tiny-cnn` of course/models.py: convolution 5×5, ReLU, 2×2 maximum, the same again, and one
// linear layer. tests/site/test_playground.py compares every number here with PyTorch.
"use strict";

(globalThis.adversarial ??= {}).engine = (() => {
  const SIDE = 28;
  const SMALL = 8;
  const CLASSES = 10;
  const KERNEL = 5;

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

  /** A network from its weights, in the order of PyTorch's state dict. */
  function network(bytes) {
    const numbers = halves(bytes);
    let used = 0;
    const take = (count) => numbers.subarray(used, (used += count));
    const net = {
      conv1: { inputs: 1, outputs: 8, side: 28, weight: take(8 * 25), bias: take(8) },
      conv2: { inputs: 8, outputs: 16, side: 12, weight: take(16 * 8 * 25), bias: take(16) },
      logits: { weight: take(CLASSES * 256), bias: take(CLASSES) },
    };
    if (used !== numbers.length) throw new Error(`${numbers.length} weights, expected ${used}`);
    return net;
  }

  function convolve({ inputs, outputs, side, weight, bias }, x) {
    const out = side - KERNEL + 1;
    const y = new Float64Array(outputs * out * out);
    for (let o = 0; o < outputs; o++) {
      const map = y.subarray(o * out * out, (o + 1) * out * out).fill(bias[o]);
      for (let i = 0; i < inputs; i++) {
        for (let k = 0; k < 25; k++) {
          const w = weight[(o * inputs + i) * 25 + k];
          const from = i * side * side + Math.floor(k / KERNEL) * side + (k % KERNEL);
          for (let r = 0; r < out; r++) {
            for (let c = 0; c < out; c++) map[r * out + c] += w * x[from + r * side + c];
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

  /** Everything on the way from an image (784 pixels in [0, 1]) to its class probabilities. */
  function forward(net, image) {
    const relu1 = relu(convolve(net.conv1, image));
    const pool1 = pool(relu1, 8, 24);
    const relu2 = relu(convolve(net.conv2, pool1.y));
    const pool2 = pool(relu2, 16, 8);
    const { weight, bias } = net.logits;
    const logits = Float64Array.from(bias, (b, k) =>
      pool2.y.reduce((sum, value, j) => sum + value * weight[k * 256 + j], b),
    );
    return { relu1, pool1, relu2, pool2, logits, probabilities: softmax(logits) };
  }

  function unpool(dy, winner, length) {
    const dx = new Float64Array(length);
    dy.forEach((value, j) => (dx[winner[j]] += value));
    return dx;
  }

  /** The gradient of the cross-entropy -log p[label] for each of the image's pixels. */
  function gradient(net, image, label) {
    const { relu1, pool1, relu2, pool2, probabilities } = forward(net, image);
    const dlogits = Float64Array.from(probabilities);
    // p - 1 for the true class; as a sum over the others it keeps its digits when p is nearly 1.
    dlogits[label] = -probabilities.reduce((sum, p, k) => (k === label ? sum : sum + p), 0);
    const dpool2 = new Float64Array(256);
    for (let k = 0; k < CLASSES; k++) {
      for (let j = 0; j < 256; j++) dpool2[j] += dlogits[k] * net.logits.weight[k * 256 + j];
    }
    const drelu2 = unpool(dpool2, pool2.winner, relu2.length);
    const dpool1 = convolveBack(net.conv2, drelu2.map((d, j) => (relu2[j] > 0 ? d : 0)));
    const drelu1 = unpool(dpool1, pool1.winner, relu1.length);
    return convolveBack(net.conv1, drelu1.map((d, j) => (relu1[j] > 0 ? d : 0)));
  }

  /** 8×8 counts from 0 to 16, as the digits come, to a 28×28 image: course/data/__init__.py does the same. */
  function enlarge(small) {
    const at = (position) => {
      const place = Math.max(0, ((position + 0.5) * SMALL) / SIDE - 0.5);
      const low = Math.floor(place);
      return { low, high: Math.min(low + 1, SMALL - 1), part: place - low };
    };
    const places = Array.from({ length: SIDE }, (_, i) => at(i));
    const image = new Float64Array(SIDE * SIDE);
    places.forEach((row, r) => {
      places.forEach((column, c) => {
        const between = (y) =>
          small[y * SMALL + column.low] * (1 - column.part) +
          small[y * SMALL + column.high] * column.part;
        const value = (between(row.low) * (1 - row.part) + between(row.high) * row.part) / 16;
        image[r * SIDE + c] = Math.round(value * 3136) / 3136;
      });
    });
    return image;
  }

  return { SIDE, SMALL, CLASSES, network, forward, gradient, enlarge };
})();
