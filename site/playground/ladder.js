// Break this defence: five defences, each with what an attacker sees, three remedies to choose from,
// and what it shows. The texts of a rung stand in the page, in <div data-text="claim" data-rung="..."> and "shown".
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).ladder = (root) => {
  const { pictures, view, address, random, victims } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const EPSILON = 38 / 255;
  const REMEDIES = {
    none: "Attack as it is",
    through: "Go through it",
    margin: "Follow the margin",
    average: "Average over noise",
  };
  const limit = Math.max(...set.samples.map(({ image }) => victims.roughness(image)));
  const rungs = Object.keys(victims.VICTIMS);
  const fields = {
    rung: address.oneOf(rungs),
    remedy: address.oneOf(Object.keys(REMEDIES)),
    picture: address.whole(0, set.samples.length - 1),
  };
  const own = root.hasAttribute("data-address");
  const START = { rung: root.dataset.rung ?? rungs[0], remedy: "none", picture: 16 };
  const texts = [...root.querySelectorAll("[data-text]")];
  let state = { ...START, ...(own ? address.read(fields) : {}) };

  const canvases = Object.fromEntries(
    ["clean", "gradient", "attacked"].map((name) => [name, { canvas: make("canvas", { role: "img", "data-part": name }), text: make("figcaption") }]),
  );
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const count = make("p", { "data-part": "count", "aria-live": "polite" });
  const words = make("div", { class: "pg-rung", "data-part": "words" });
  const tabs = make("div", { class: "pg-line", role: "group", "aria-label": "Defence" });
  const remedies = make("div", { class: "pg-line", role: "group", "aria-label": "Attack" });
  const shown = make("div", { "data-part": "shown" });
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const onward = view.onward(root, "ladder/");
  const figures = Object.values(canvases).map(({ canvas, text }) => make("figure", {}, canvas, text));

  root.replaceChildren(
    ...(own ? [tabs] : []),
    ...(texts.length ? [words] : []),
    make("div", { class: "pg-images" }, ...figures),
    says,
    remedies,
    make(
      "div",
      { class: "pg-line" },
      view.choice("Picture", names, state.picture, (value) => change({ picture: Number(value) })),
      ...(own ? [] : [onward]),
    ),
    count,
    ...(texts.length ? [shown] : []),
  );

  function change(part) {
    state = { ...state, ...part };
    if (own) address.write(state);
    show();
  }

  function show() {
    const victim = victims.VICTIMS[state.rung];
    const pressed = (yes) => ({ "aria-pressed": String(yes) });
    tabs.replaceChildren(
      ...rungs.map((rung, n) =>
        view.button(`${n + 1} · ${victims.VICTIMS[rung].title}`, () => change({ rung, remedy: "none" }), pressed(rung === state.rung)),
      ),
    );
    remedies.replaceChildren(
      ...Object.entries(REMEDIES).map(([remedy, text]) => view.button(text, () => change({ remedy }), pressed(remedy === state.remedy))),
    );
    onward.point(state);
    words.replaceChildren(...written("claim"));
    shown.replaceChildren();
    const net = set.networks[victim.network];
    const { image, label } = set.samples[state.picture];
    const normal = random.normal(1);
    const slope = victims.slope(victim, net, state.remedy, image, label, normal);
    const attacked = victims.attack(victim, net, state.remedy, image, label, EPSILON, normal, limit);
    const largest = Math.max(...slope.map(Math.abs));
    const zeros = slope.filter((value) => value === 0).length;
    view.paint(canvases.clean.canvas, image, set.form);
    view.paintChange(canvases.gradient.canvas, largest ? slope.map((value) => value / largest) : slope, set.form);
    view.paint(canvases.attacked.canvas, attacked, set.form);
    const gradient = largest
      ? `the gradient: ${zeros} of ${slope.length} values are 0, the largest is ${largest.toExponential(1)}`
      : `the gradient: all ${slope.length} values are 0`;
    const before = verdict(victims.answer(victim, net, image, normal, limit));
    const after = victims.answer(victim, net, attacked, normal, limit);
    caption(canvases.clean, `clean: ${before}`);
    caption(canvases.gradient, gradient);
    caption(canvases.attacked, `attacked: ${verdict(after)}`);
    const holds = after.refused || after.class === label;
    says.textContent = holds
      ? `The defence holds: the attacked ${set.classes[label]} is ${verdict(after)}.`
      : `Broken: the attacked ${set.classes[label]} is ${verdict(after)}.`;
    tally(victim, net);
  }

  /** What the page says of the rung: its claim, or what breaking it has shown. */
  const written = (name) => texts.filter(({ dataset }) => dataset.text === name && dataset.rung === state.rung);

  const verdict = ({ class: read, refused }) => (refused ? "refused as suspicious" : `read as ${set.classes[read]}`);

  function caption({ canvas, text }, said) {
    text.textContent = said;
    canvas.setAttribute("aria-label", said);
  }

  /** The same attack on every picture, one after the other; then what the rung shows, if it is broken. */
  function tally(victim, net) {
    delete root.dataset.counted;
    const normal = random.normal(2);
    let standing = 0;
    let asked = 0;
    const one = ({ image, label }) => {
      const attacked = victims.attack(victim, net, state.remedy, image, label, EPSILON, normal, limit);
      const { class: read, refused } = victims.answer(victim, net, attacked, normal, limit);
      standing += refused || read === label;
      asked += 1;
      count.textContent = `${REMEDIES[state.remedy]}: ${standing} of ${asked} pictures hold.`;
    };
    const end = () => {
      root.dataset.counted = standing;
      if (standing <= set.samples.length / 2) shown.replaceChildren(...written("shown"));
    };
    tally.stop?.();
    tally.stop = view.inTurn([...set.samples.map((sample) => () => one(sample)), end]);
  }

  if (own) addEventListener("hashchange", () => change({ ...START, ...address.read(fields) }));
  show();
};
