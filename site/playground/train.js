// Train it here: the small network learns in this page, on clean digits or on attacked ones.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).train = (root) => {
  const { engine, attacks, pictures, view, plot, address } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const WAYS = {
    clean: { title: "clean digits", defended: false, epochs: 8 },
    attacked: { title: "attacked digits", defended: true, epochs: 8 },
  };
  const EPSILON = 0.15;
  const folder = root.dataset.folder;
  const fields = {
    way: address.oneOf(Object.keys(WAYS)),
    seed: address.whole(1, 999),
    picture: address.whole(0, set.samples.length - 1),
  };
  let state = { way: "clean", seed: 1, picture: 16, ...address.read(fields) };
  let worker = null;
  let points = [];
  const results = {};

  const curves = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  curves.setAttribute("class", "pg-curve");
  curves.setAttribute("role", "img");
  curves.setAttribute("aria-label", "Curves of accuracy, empty until a training begins");
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const pictured = ["clean", "attacked"].map((name) => ({ canvas: make("canvas", { role: "img", "data-part": name }), text: make("figcaption") }));
  const rows = make("tbody", { "data-part": "rows" });
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const head = ["epoch", "loss", "clean", "under FGSM, 0.1"].map((text) => make("th", { scope: "col" }, text));

  root.replaceChildren(
    make(
      "div",
      { class: "pg-line" },
      view.choice("Train on", Object.entries(WAYS).map(([key, { title }]) => [key, title]), state.way, (way) => change({ way })),
      view.choice("Start", [1, 2, 3, 4, 5].map((seed) => [seed, `seed ${seed}`]), state.seed, (seed) => change({ seed: Number(seed) })),
      view.choice("Picture", names, state.picture, (picture) => change({ picture: Number(picture) })),
      view.button("Train", begin, { "data-part": "begin" }),
      view.button("Stop", stop),
    ),
    says,
    make(
      "div",
      { class: "pg-two" },
      make("figure", {}, curves, make("figcaption", {}, "Line: read right under FGSM, epsilon 0.1. Dashed: read right when clean. Of 100 test digits.")),
      make("div", { class: "pg-images pg-pair" }, ...pictured.map(({ canvas, text }) => make("figure", {}, canvas, text))),
    ),
    make("table", { class: "pg-table" }, make("caption", {}, "Epochs"), make("thead", {}, make("tr", {}, ...head)), rows),
  );

  function change(part) {
    state = { ...state, ...part };
    address.write(state);
    show();
  }

  function stop() {
    worker?.terminate();
    worker = null;
  }

  function begin() {
    stop();
    points = [];
    rows.replaceChildren();
    const { way, seed } = state;
    const { defended, epochs, title } = WAYS[way];
    const start = performance.now();
    delete root.dataset.finished;
    says.textContent = `Training on ${title}: 1,200 of them, ${epochs} times.`;
    try {
      worker = new Worker(new URL("trainer.js", folder));
    } catch {
      says.textContent = "The browser starts no worker for a page opened from a file: serve the site, with `course serve`.";
      return;
    }
    worker.onerror = () => (says.textContent = "The training stopped with an error; reload the page.");
    worker.onmessage = ({ data }) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      if (data.finished) {
        results[way] = points[points.length - 1];
        says.textContent = conclusion(seconds);
        root.dataset.finished = seconds;
        return stop();
      }
      points.push(data);
      const cells = [data.loss.toFixed(3), view.percent(data.clean), view.percent(data.fgsm)];
      rows.append(make("tr", {}, make("th", { scope: "row" }, data.epoch), ...cells.map((text) => make("td", {}, text))));
      says.textContent = `Epoch ${data.epoch} of ${epochs}, ${seconds}${view.NO_BREAK}s.`;
      show();
    };
    worker.postMessage({ defended, epochs, epsilon: EPSILON, seed });
  }

  function conclusion(seconds) {
    const said = Object.entries(results).map(
      ([way, { clean, fgsm }]) => `trained on ${WAYS[way].title}: ${view.percent(clean)} clean, ${view.percent(fgsm)} under FGSM`,
    );
    const again = said.length < 2 ? " Now train on the other kind and compare." : "";
    return `${seconds}${view.NO_BREAK}s. ${said.join("; ")}.${again}`.replace(". t", ". T");
  }

  /** Show the curves, and the network of the last epoch before and after an attack. */
  function show() {
    const { image, label } = set.samples[state.picture];
    const [before, after] = pictured;
    view.paint(before.canvas, image, set.form);
    const last = points[points.length - 1];
    if (!last) {
      describe(before, `the picture, class ${set.classes[label]}`);
      describe(after, "train first, then it is attacked here");
      view.paint(after.canvas, image, set.form);
      return;
    }
    const net = engine.withWeights(engine.shape(set.form), last.numbers);
    const attacked = attacks.ATTACKS.fgsm(net, image, { label }, 0.1);
    const read = (x) => {
      const { probabilities } = engine.forward(net, x);
      const k = engine.best(probabilities);
      return `read as ${set.classes[k]}, ${view.percent(probabilities[k])}`;
    };
    view.paint(after.canvas, attacked, set.form);
    describe(before, `clean: ${read(image)}`);
    describe(after, `FGSM, epsilon 0.1: ${read(attacked)}`);
    const along = [0, ...points.map(({ epoch }) => epoch)];
    const values = (name) => [0.1, ...points.map((point) => point[name])];
    const description = `Epoch ${last.epoch}: ${view.percent(last.clean)} clean, ${view.percent(last.fgsm)} under FGSM`;
    plot.plot(curves, {
      along, ticks: along, axis: "epoch", description,
      curves: [{ name: "attack", values: values("fgsm") }, { name: "noise", values: values("clean") }],
    });
    curves.setAttribute("aria-label", description);
  }

  function describe({ canvas, text }, said) {
    text.textContent = said;
    canvas.setAttribute("aria-label", said);
  }

  show();
};
