// Randomized smoothing, vote by vote: the network reads noisy copies, and a radius grows.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).smoothing = (root) => {
  const { engine, pictures, view, address, random, certify } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const FIRST = 100; // votes that choose the class; those that count are others
  const MOST = 1000;
  const ALPHA = 0.001;
  const fields = {
    picture: address.whole(0, set.samples.length - 1),
    net: address.oneOf(Object.keys(set.networks)),
    sigma: address.whole(5, 100),
  };
  const own = root.hasAttribute("data-address");
  let state = { picture: 16, net: "plain", sigma: 25, ...(own ? address.read(fields) : {}) };
  let run;

  const clean = make("canvas", { role: "img", "data-part": "clean" });
  const noisy = make("canvas", { role: "img", "data-part": "attacked" });
  const cleanText = make("figcaption");
  const noisyText = make("figcaption");
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const rows = make("tbody", { "data-part": "rows" });
  const sigma = view.range(
    "Noise, sigma",
    { min: 5, max: 100, value: state.sigma, part: "epsilon", words: (n) => (n / 100).toFixed(2) },
    (n) => change({ sigma: n }),
  );
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const networks = Object.entries(set.networks).map(([name, { title }]) => [name, title]);
  const radius = make("div", { class: "pg-radius", role: "img", "data-part": "radius" });

  root.replaceChildren(
    make(
      "div",
      { class: "pg-images" },
      make("figure", {}, clean, cleanText),
      make("figure", {}, noisy, noisyText),
      make("figure", {}, radius, make("figcaption", {}, "the certified radius, in L2 norm")),
    ),
    says,
    make(
      "div",
      { class: "pg-line" },
      sigma,
      view.choice("Network", networks, state.net, (net) => change({ net })),
      view.choice("Picture", names, state.picture, (value) => change({ picture: Number(value) })),
      view.button("Vote again", () => begin()),
    ),
    make(
      "table",
      { class: "pg-table" },
      make("caption", {}, "Votes"),
      make("thead", {}, make("tr", {}, ...["class", "votes", "share"].map((head) => make("th", { scope: "col" }, head)))),
      rows,
    ),
  );

  function change(part) {
    state = { ...state, ...part };
    if (own) address.write(state);
    begin();
  }

  /** Start the vote: a hundred copies choose the class, then a thousand others are counted. */
  function begin() {
    delete root.dataset.counted;
    const { image, label } = set.samples[state.picture];
    const next = random.normal(1);
    const copy = () => image.map((x) => x + (state.sigma / 100) * next());
    const vote = (x) => engine.best(engine.forward(set.networks[state.net], x).probabilities);
    run = { image, label, copy, vote, chosen: null, votes: set.classes.map(() => 0), counted: 0 };
    view.paint(clean, image, set.form);
    cleanText.textContent = `the picture, class ${set.classes[label]}`;
    clean.setAttribute("aria-label", cleanText.textContent);
    sigma.show(state.sigma);
    begin.stop?.();
    const batches = Array.from({ length: MOST / 20 }, () => () => count(20));
    begin.stop = view.inTurn([choose, ...batches, () => (root.dataset.counted = "")]);
  }

  function choose() {
    const votes = set.classes.map(() => 0);
    for (let n = 0; n < FIRST; n++) votes[run.vote(run.copy())] += 1;
    run.chosen = engine.best(votes);
    show(run.copy());
  }

  function count(many) {
    let copy;
    for (let n = 0; n < many; n++) {
      copy = run.copy();
      run.votes[run.vote(copy)] += 1;
    }
    run.counted += many;
    show(copy);
  }

  function show(copy) {
    const { votes, counted, chosen, label } = run;
    view.paint(noisy, copy.map((x) => Math.min(Math.max(x, 0), 1)), set.form);
    const read = set.classes[run.vote(copy)];
    noisyText.textContent = `a noisy copy, read as ${read}`;
    noisy.setAttribute("aria-label", noisyText.textContent);
    rows.replaceChildren(
      ...set.classes.map((name, k) =>
        make(
          "tr",
          { class: k === chosen ? "true" : "" },
          make("th", { scope: "row" }, k === label ? `${name} (true)` : name),
          make("td", {}, votes[k]),
          view.bar(counted ? votes[k] / counted : 0),
        ),
      ),
    );
    const lower = counted ? certify.lowerBound(votes[chosen], counted, ALPHA) : 0;
    const r = certify.radius(state.sigma / 100, lower);
    radius.style.setProperty("--radius", Math.min(1, r));
    const words = r ? `R = ${r.toFixed(2)}` : "no radius yet";
    radius.replaceChildren(make("span", {}, words));
    radius.setAttribute("aria-label", words);
    if (counted < MOST) return;
    says.textContent = r
      ? `${votes[chosen]} of ${MOST} copies are read as ${set.classes[chosen]}: with 99.9${view.NO_BREAK}% confidence at least ` +
        `${view.percent(lower)} of all copies are, so no change of an L2 norm below ${r.toFixed(2)} alters the vote's answer.` +
        (chosen === label ? "" : ` It is the wrong answer: the true class is ${set.classes[label]}.`)
      : `${votes[chosen]} of ${MOST} copies are read as ${set.classes[chosen]}: too few for a majority that is sure. The vote abstains.`;
  }

  if (own) addEventListener("hashchange", () => change(address.read(fields)));
  begin();
  return new Promise((done) => {
    const wait = () => ("counted" in root.dataset ? done() : setTimeout(wait, 50));
    wait();
  });
};
