// A worker that trains the playground's network, so that the page stays free. It is told
// { defended, epochs, epsilon, seed } and answers once an epoch, with the network's numbers.
"use strict";

importScripts("engine.js", "attacks.js", "pictures.js", "random.js", "learn.js", "training.js");

(() => {
  const { engine, attacks, pictures, random, learn, sets } = globalThis.adversarial;
  const BATCH = 32;
  const RATE = 0.004;
  const CHECKED = 100; // test pictures read after each epoch
  const COUNTS = "0123456789abcdefg";
  const form = { channels: 1, side: 28, classes: 10 };
  const opened = (part) =>
    part.map(({ label, counts }) => ({
      label,
      image: pictures.enlarge([...counts].map((count) => COUNTS.indexOf(count))),
    }));
  const train = opened(sets.training.train);
  const test = opened(sets.training.test).slice(0, CHECKED);

  /** One step of 1.25 epsilon from a random place in the ball: Wong, Rice and Kolter 2020. */
  function attacked(net, { image, label }, epsilon, next) {
    const start = attacks.project(image, image.map((x) => x + epsilon * (2 * next() - 1)), epsilon);
    const slope = attacks.slope(net, start, { label });
    const moved = start.map((x, i) => x + 1.25 * epsilon * Math.sign(slope[i]));
    return { label, image: attacks.project(image, moved, epsilon) };
  }

  const share = (net, change) =>
    test.filter((sample) => {
      const { probabilities } = engine.forward(net, change(sample));
      return engine.best(probabilities) === sample.label;
    }).length / test.length;

  globalThis.onmessage = ({ data: { defended, epochs, epsilon, seed } }) => {
    const next = random.uniform(seed);
    const { net, numbers, step } = learn.learner(form, seed);
    const steps = epochs * Math.ceil(train.length / BATCH);
    let done = 0;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const order = random.shuffled(train.length, next);
      let loss = 0;
      for (let at = 0; at < order.length; at += BATCH, done++) {
        const grown = epsilon * Math.min(1, (2 * done) / steps);
        const batch = order.slice(at, at + BATCH).map((i) => (defended ? attacked(net, train[i], grown, next) : train[i]));
        loss += (step(batch, RATE * Math.min(1, 2 * (1 - done / steps))) * batch.length) / train.length;
      }
      postMessage({
        epoch,
        loss,
        clean: share(net, ({ image }) => image),
        fgsm: share(net, ({ image, label }) => attacks.ATTACKS.fgsm(net, image, { label }, 0.1)),
        numbers: numbers.slice(),
      });
    }
    postMessage({ finished: true });
  };
})();
