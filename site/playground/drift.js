// Drift, layer by layer: how far FGSM moves what each layer puts out, beside noise of the same size. It
// stands in the lecture on hooks, beside the definition.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).drift = (root) => {
  const { engine, attacks, pictures, view, inside } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const LAYERS = ["relu1", "relu2", "logits"];
  const ATTACKS = { fgsm: "FGSM", noise: "random noise" };
  const state = { picture: 16, net: "plain", eps: 26 };

  const figures = Object.fromEntries(
    ["clean", ...Object.keys(ATTACKS)].map((name) => [
      name,
      { canvas: make("canvas", { role: "img", "data-part": name }), text: make("figcaption") },
    ]),
  );
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const rows = make("tbody", { "data-part": "rows" });
  const epsilon = view.range(
    "Epsilon",
    { min: 1, max: set.largest, value: state.eps, part: "epsilon", words: (n) => `${n}/255` },
    (eps) => show({ eps }),
  );
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const networks = Object.entries(set.networks).map(([name, { title }]) => [name, title]);
  const onward = view.onward(root);

  root.replaceChildren(
    make("div", { class: "pg-images" }, ...Object.values(figures).map(({ canvas, text }) => make("figure", {}, canvas, text))),
    says,
    make(
      "div",
      { class: "pg-line" },
      epsilon,
      view.choice("Network", networks, state.net, (net) => show({ net })),
      view.choice("Picture", names, state.picture, (value) => show({ picture: Number(value) })),
      onward,
    ),
    make(
      "table",
      { class: "pg-table" },
      make("caption", {}, "Relative change of what is put out"),
      make("thead", {}, make("tr", {}, ...["where", ...Object.values(ATTACKS)].map((head) => make("th", { scope: "col" }, head)))),
      rows,
    ),
  );

  function show(change) {
    Object.assign(state, change);
    const { image, label } = set.samples[state.picture];
    const net = set.networks[state.net];
    const clean = engine.forward(net, image);
    caption("clean", image, clean);
    const moved = {};
    for (const name of Object.keys(ATTACKS)) {
      const attacked = attacks.ATTACKS[name](net, image, { label }, state.eps / 255);
      const run = engine.forward(net, attacked);
      caption(name, attacked, run);
      moved[name] = [inside.relativeChange(image, attacked), ...LAYERS.map((layer) => inside.relativeChange(clean[layer], run[layer]))];
    }
    rows.replaceChildren(
      ...["pixels", ...LAYERS].map((where, n) =>
        make("tr", {}, make("th", { scope: "row" }, where), ...Object.values(moved).map((values) => view.bar(values[n]))),
      ),
    );
    const last = LAYERS.length;
    says.textContent =
      `At the logits FGSM moves ${view.percent(moved.fgsm[last])} and noise ${view.percent(moved.noise[last])}: ` +
      `${(moved.fgsm[last] / moved.noise[last]).toFixed(1)} times as far.`;
    onward.point({ attack: "fgsm", ...state });
  }

  function caption(name, image, { probabilities }) {
    const read = engine.best(probabilities);
    const words = `${ATTACKS[name] ?? "clean"}: read as ${set.classes[read]}, ${view.percent(probabilities[read])}`;
    view.paint(figures[name].canvas, image, set.form);
    figures[name].text.textContent = words;
    figures[name].canvas.setAttribute("aria-label", words);
  }

  show({});
};
