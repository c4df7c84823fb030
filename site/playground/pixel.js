// FGSM at one pixel: the pictures, a slider for epsilon, and the formula with the pixel's numbers. It
// stands in the lecture on FGSM, beside the derivation.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).pixel = (root) => {
  const { engine, attacks, pictures, view, inside } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const { side } = set.form;
  const state = { picture: 16, net: "plain", eps: 26, row: 10, column: 12 };
  const within = (value) => Math.min(Math.max(Math.floor(value) || 0, 0), side - 1);
  let slope; // which does not depend on epsilon: one gradient for each picture and network

  const figures = Object.fromEntries(
    ["clean", "change", "attacked"].map((name) => [
      name,
      { canvas: make("canvas", { role: "img", "data-part": name }), text: make("figcaption") },
    ]),
  );
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const number = (name) =>
    make("input", {
      type: "number", min: 0, max: side - 1, "data-part": name,
      change: ({ target }) => show({ [name]: within(Number(target.value)) }),
    });
  const [row, column] = [number("row"), number("column")];
  const epsilon = view.range(
    "Epsilon",
    { max: set.largest, value: state.eps, part: "epsilon", words: (n) => `${n}/255` },
    (eps) => show({ eps }),
  );
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const onward = view.onward(root);
  const numbers = Object.fromEntries(
    ["x", "slope", "sign", "step", "sum", "result", "why"].map((name) => [
      `pixel-${name}`,
      make(name === "why" ? "span" : "b", { "data-part": `pixel-${name}` }),
    ]),
  );
  const line = (...parts) => make("li", {}, ...parts);

  root.replaceChildren(
    make("div", { class: "pg-images" }, ...Object.values(figures).map(({ canvas, text }) => make("figure", {}, canvas, text))),
    says,
    make(
      "div",
      { class: "pg-line" },
      epsilon,
      make("label", {}, "row ", row),
      make("label", {}, "column ", column),
      view.choice("Picture", names, state.picture, (value) => turn({ picture: Number(value) })),
      onward,
    ),
    make(
      "ol",
      { class: "pg-steps" },
      line("The pixel is ", numbers["pixel-x"], "."),
      line("The loss changes with it at the rate ∂L/∂x = ", numbers["pixel-slope"], "."),
      line("Only the sign counts: ", numbers["pixel-sign"], "."),
      line("Epsilon times the sign is the step: ", numbers["pixel-step"], "."),
      line("Pixel plus step: ", numbers["pixel-sum"], "."),
      line("Kept in [0, 1]: ", numbers["pixel-result"], "; ", numbers["pixel-why"], "."),
    ),
  );
  figures.clean.canvas.addEventListener("click", ({ offsetX, offsetY, target }) =>
    show({
      row: within((offsetY / target.clientHeight) * side),
      column: within((offsetX / target.clientWidth) * side),
    }),
  );

  function turn(change) {
    Object.assign(state, change);
    const { image, label } = set.samples[state.picture];
    slope = attacks.slope(set.networks[state.net], image, { label });
    show({});
  }

  function show(change) {
    Object.assign(state, change);
    const { image, label } = set.samples[state.picture];
    const size = state.eps / 255;
    const attacked = image.map((x, i) => Math.min(Math.max(x + size * Math.sign(slope[i]), 0), 1));
    const moved = attacked.map((x, i) => (size ? (x - image[i]) / size : 0));
    const reading = (x) => {
      const { probabilities } = engine.forward(set.networks[state.net], x);
      const read = engine.best(probabilities);
      return { read, words: `read as ${set.classes[read]}, ${view.percent(probabilities[read])}` };
    };
    const [before, after] = [image, attacked].map(reading);
    view.paint(figures.clean.canvas, image, set.form);
    view.paintChange(figures.change.canvas, moved, set.form);
    view.paint(figures.attacked.canvas, attacked, set.form);
    const captions = {
      clean: `clean: ${before.words}`,
      change: state.eps ? "the change: orange is brighter, blue darker" : "no change",
      attacked: `attacked: ${after.words}`,
    };
    for (const [name, { canvas, text }] of Object.entries(figures)) {
      view.frame(canvas, state.row, state.column);
      text.textContent = captions[name];
      canvas.setAttribute("aria-label", captions[name]);
    }
    says.textContent =
      after.read === label
        ? `With epsilon ${state.eps}/255 the network still reads ${set.classes[label]}.`
        : `With epsilon ${state.eps}/255 the network reads this ${set.classes[label]} as ${set.classes[after.read]}.`;
    inside.pixel((name) => numbers[name], state.row * side + state.column, { image, slope, epsilon: size });
    [row.value, column.value] = [state.row, state.column];
    onward.point({ attack: "fgsm", ...state });
  }

  turn({});
};
