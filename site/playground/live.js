// An attack in one line: three pictures, a sentence and a slider. It stands on the home page and in
// lectures; <div data-widget="live" data-sets="signs" data-picture="4" data-epsilon="8">.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).live = (root) => {
  const { engine, attacks, pictures, view } = globalThis.adversarial;
  const { make } = view;
  const [name] = root.dataset.sets.split(" ");
  const set = pictures.open(name);
  const state = {
    picture: Number(root.dataset.picture ?? 0),
    net: root.dataset.net ?? "plain",
    eps: Number(root.dataset.epsilon),
  };
  let direction; // FGSM's, which does not depend on epsilon: one gradient for each picture and network

  const canvas = () => make("canvas", { role: "img" });
  const parts = {
    clean: canvas(), change: canvas(), attacked: canvas(),
    cleanText: make("figcaption"), changeText: make("figcaption"), attackedText: make("figcaption"),
    says: make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" }),
    budget: make("output", { "data-part": "epsilon-text" }),
    link: view.onward(root),
  };
  for (const part of ["clean", "change", "attacked"]) parts[part].dataset.part = part;
  const slider = make("input", {
    type: "range", min: 0, max: set.largest, step: 1, "data-part": "epsilon",
    "aria-label": "Epsilon: the most that a value may change, in steps of 1/255",
    input: () => show({ eps: Number(slider.value) }),
  });
  const defended = make("input", {
    type: "checkbox", change: () => turn({ net: defended.checked ? "defended" : "plain" }),
  });

  root.replaceChildren(
    make(
      "div",
      { class: "pg-images" },
      make("figure", {}, parts.clean, parts.cleanText),
      make("figure", {}, parts.change, parts.changeText),
      make("figure", {}, parts.attacked, parts.attackedText),
    ),
    parts.says,
    make("label", { class: "live-slider" }, make("span", {}, "Change every pixel by at most ", parts.budget), slider),
    make(
      "div",
      { class: "pg-line" },
      make("button", { type: "button", class: "md-button", click: another }, "Another picture"),
      make("label", {}, defended, " adversarially trained network"),
      parts.link,
    ),
  );

  const named = (k) => `“${set.classes[k]}”`;

  function another() {
    turn({ picture: (state.picture + 1) % set.samples.length });
  }

  function turn(change) {
    Object.assign(state, change);
    const { image, label } = set.samples[state.picture];
    direction = attacks.slope(set.networks[state.net], image, { label }).map(Math.sign);
    show({});
  }

  function show(change) {
    Object.assign(state, change);
    const { image, label } = set.samples[state.picture];
    const net = set.networks[state.net];
    const epsilon = state.eps / 255;
    const adversarial = image.map((x, i) => Math.min(Math.max(x + epsilon * direction[i], 0), 1));
    const read = (x) => {
      const { probabilities } = engine.forward(net, x);
      const k = engine.best(probabilities);
      return { k, text: `${set.classes[k]}, ${view.percent(probabilities[k])}` };
    };
    const [before, after] = [image, adversarial].map(read);
    const shown = adversarial.map((x, i) => (epsilon ? (x - image[i]) / epsilon : 0));
    view.paint(parts.clean, image, set.form);
    view.paintChange(parts.change, shown, set.form);
    view.paint(parts.attacked, adversarial, set.form);
    parts.cleanText.textContent = `Read as ${before.text}`;
    parts.changeText.textContent = state.eps ? `The change, enlarged` : "No change";
    parts.attackedText.textContent = `Read as ${after.text}`;
    parts.clean.setAttribute("aria-label", `A picture of ${set.classes[label]}, read as ${before.text}`);
    parts.change.setAttribute("aria-label", `The change, at most ${state.eps}/255 in every pixel`);
    parts.attacked.setAttribute("aria-label", `The attacked picture, read as ${after.text}`);
    parts.says.textContent =
      after.k === label
        ? `You see ${named(label)}, and so does the network.`
        : `You still see ${named(label)}. The network now reads ${named(after.k)}.`;
    parts.budget.textContent = `${state.eps}/255`;
    slider.value = state.eps;
    defended.checked = state.net === "defended";
    parts.link.point({ set: name, picture: state.picture, net: state.net, attack: "fgsm", eps: state.eps });
  }

  turn({});
};
