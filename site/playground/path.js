// PGD step by step, on a slice of the loss, and what two networks decide on that slice.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).path = (root) => {
  const { engine, attacks, pictures, view, address, slice } = globalThis.adversarial;
  const { make } = view;
  const set = pictures.open("digits");
  const COUNT = 29; // places on the slice, each way
  const SIZE = 290; // pixels of a map
  const COLOURS = [
    [88, 117, 164], [204, 137, 99], [95, 158, 110], [181, 93, 96], [133, 114, 162],
    [141, 121, 96], [208, 140, 190], [140, 140, 140], [190, 175, 90], [100, 168, 190],
  ];
  const fields = {
    picture: address.whole(0, set.samples.length - 1),
    net: address.oneOf(Object.keys(set.networks)),
    eps: address.whole(2, set.largest),
    step: address.whole(0, attacks.PGD_STEPS),
  };
  const own = root.hasAttribute("data-address");
  let state = { picture: 16, net: "plain", eps: 26, step: attacks.PGD_STEPS, ...(own ? address.read(fields) : {}) };
  let way; // what picture, network and epsilon decide: path, plane, readings on it

  const picture = make("canvas", { role: "img", "data-part": "attacked" });
  const pictureText = make("figcaption");
  const maps = Object.fromEntries(
    ["loss", "plain", "defended"].map((name) => [
      name,
      {
        canvas: make("canvas", { role: "img", width: SIZE, height: SIZE, "data-part": name, "aria-label": "A map, not yet drawn" }),
        text: make("figcaption"),
      },
    ]),
  );
  const says = make("p", { class: "pg-says", "aria-live": "polite", "data-part": "says" });
  const legend = make("p", { class: "pg-legend" });
  const off = make("p", { class: "pg-note" });
  const rows = make("tbody", { "data-part": "rows" });
  const step = view.range(
    "Step",
    { max: attacks.PGD_STEPS, value: state.step, part: "step", words: (n) => `${n} of ${attacks.PGD_STEPS}` },
    (n) => change({ step: n }, false),
  );
  const epsilon = view.range(
    "Epsilon",
    { min: 2, max: set.largest, value: state.eps, part: "epsilon", words: (n) => `${n}/255` },
    (n) => change({ eps: n }),
  );
  const names = set.samples.map(({ label }, i) => [i, `${set.classes[label]}, number ${i + 1}`]);
  const networks = Object.entries(set.networks).map(([name, { title }]) => [name, title]);
  const figure = ({ canvas, text }) => make("figure", {}, canvas, text);
  const onward = view.onward(root, "path/");
  const table = make(
    "table",
    { class: "pg-table" },
    make("caption", {}, "The way in numbers"),
    make("thead", {}, make("tr", {}, ...["step", "loss", "true class", "read as", "values at the edge"].map((head) => make("th", { scope: "col" }, head)))),
    rows,
  );

  root.classList.add("pg-path");
  root.replaceChildren(
    make("div", { class: "pg-images pg-maps4" }, make("figure", {}, picture, pictureText), ...Object.values(maps).map(figure)),
    says,
    make(
      "div",
      { class: "pg-line" },
      step,
      view.button("One step back", () => change({ step: Math.max(0, state.step - 1) }, false)),
      view.button("One step on", () => change({ step: Math.min(attacks.PGD_STEPS, state.step + 1) }, false)),
      epsilon,
      view.choice("PGD attacks the network that is", networks, state.net, (net) => change({ net })),
      view.choice("Picture", names, state.picture, (value) => change({ picture: Number(value) })),
      ...(own ? [] : [onward]),
    ),
    legend,
    off,
    own ? table : make("details", {}, make("summary", {}, "The way in numbers"), table),
  );

  function change(part, anew = true) {
    state = { ...state, ...part };
    if (own) address.write(state);
    if (anew) follow();
    else show();
  }

  /** Walk PGD's path, show it, then ask both networks about the slice, a row at a time. */
  function follow() {
    const { image, label } = set.samples[state.picture];
    const net = set.networks[state.net];
    const eps = state.eps / 255;
    const path = attacks.pgdPath(image, (x) => attacks.slope(net, x, { label }), eps);
    const plane = slice.plane(path);
    const grid = slice.grid(plane.reach, COUNT);
    const steps = path.map((x) => {
      const { probabilities } = engine.forward(net, x);
      const edge = x.filter((value, i) => Math.abs(Math.abs(value - image[i]) - eps) < 1e-9).length;
      return { p: probabilities[label], read: engine.best(probabilities), edge: edge / x.length };
    });
    way = { image, label, eps, path, plane, grid, steps, loss: [], plain: [], defended: [] };
    rows.replaceChildren(
      ...steps.map(({ p, read, edge }, n) =>
        make("tr", {}, make("th", { scope: "row" }, n), ...[loss(p).toFixed(3), view.percent(p), set.classes[read], view.percent(edge)].map((text) => make("td", {}, text))),
      ),
    );
    const share = plane.reach ? plane.off / plane.reach : 0;
    off.textContent =
      "The slice is flat and goes through the picture (where the way begins) and the last step. The steps between are " +
      `drawn where they fall on it; the farthest lies off it by ${view.percent(share)} of the way's length. ` +
      "Pale: outside the epsilon ball, where the attack may not go.";
    show();
    follow.stop?.();
    follow.stop = view.inTurn([...grid.b.map((b) => () => survey(b)), finish]);
  }

  const loss = (p) => -Math.log(Math.max(p, 1e-12));

  function survey(b) {
    for (const a of way.grid.a) {
      const x = way.plane.at(a, b);
      const inside = x.every((value, i) => Math.abs(value - way.image[i]) <= way.eps + 1e-9);
      for (const name of ["plain", "defended"]) {
        const { probabilities } = engine.forward(set.networks[name], x);
        way[name].push({ class: engine.best(probabilities), inside });
        if (name === state.net) way.loss.push({ loss: loss(probabilities[way.label]), inside });
      }
    }
    if (way.loss.length % (7 * COUNT) === 0) draw();
  }

  function finish() {
    draw();
    const seen = [...new Set([...way.plain, ...way.defended].map((place) => place.class))].sort();
    legend.replaceChildren(
      "Read as: ",
      ...seen.map((k) => make("span", {}, make("span", { class: "pg-swatch", style: `background: rgb(${COLOURS[k]})` }), `${set.classes[k]} `)),
    );
    const share = (name) => {
      const inside = way[name].filter((place) => place.inside);
      return inside.filter((place) => place.class !== way.label).length / Math.max(inside.length, 1);
    };
    for (const name of ["plain", "defended"]) {
      const words = `${set.networks[name].title}: ${view.percent(share(name))} of the ball misread`;
      maps[name].text.textContent = words;
      maps[name].canvas.setAttribute("aria-label", `Decisions on the slice, network ${words}`);
    }
    const [low, high] = [Math.min, Math.max].map((pick) => pick(...way.loss.map((place) => place.loss)));
    maps.loss.text.textContent = `loss, from ${low.toFixed(2)} (light) to ${high.toFixed(2)} (dark)`;
    maps.loss.canvas.setAttribute("aria-label", `The loss on the slice, ${maps.loss.text.textContent}; the path climbs it`);
    root.dataset.surveyed = "";
  }

  function show() {
    const { label, steps, path } = way;
    const { p, read } = steps[state.step];
    view.paint(picture, path[state.step], set.form);
    pictureText.textContent = `after step ${state.step}: read as ${set.classes[read]}`;
    picture.setAttribute("aria-label", `The picture ${pictureText.textContent}`);
    const first = steps.findIndex((each) => each.read !== label);
    says.textContent =
      `Step ${state.step}: loss ${loss(p).toFixed(2)}, ${set.classes[label]} has ${view.percent(p)}. ` +
      (first < 0 ? `The network reads ${set.classes[label]} all the way.` : `It reads ${set.classes[label]} until step ${first}, which turns it into ${set.classes[steps[first].read]}.`);
    [...rows.children].forEach((row, n) => row.classList.toggle("true", n === state.step));
    step.show(state.step);
    epsilon.show(state.eps);
    onward.point(state);
    draw();
  }

  function draw() {
    const top = Math.max(...way.loss.map((place) => place.loss), 1e-9);
    const shade = ({ loss: value }) => {
      const share = Math.sqrt(value / top);
      return [255 - 190 * share, 250 - 165 * share, 235 - 105 * share];
    };
    paintMap(maps.loss.canvas, way.loss, shade);
    for (const name of ["plain", "defended"]) paintMap(maps[name].canvas, way[name], (place) => COLOURS[place.class]);
  }

  function paintMap(canvas, places, colour) {
    const context = canvas.getContext("2d");
    const cell = SIZE / COUNT;
    context.fillStyle = "#8884";
    context.clearRect(0, 0, SIZE, SIZE);
    context.fillRect(0, 0, SIZE, SIZE);
    places.forEach((place, i) => {
      const pale = place.inside ? 1 : 0.35;
      context.fillStyle = `rgb(${colour(place).map((part) => Math.round(255 - pale * (255 - part)))})`;
      context.fillRect((i % COUNT) * cell, Math.floor(i / COUNT) * cell, cell + 0.5, cell + 0.5);
    });
    const at = (x) => {
      const [a, b] = way.plane.place(x);
      const { size, start } = way.grid;
      return [((a - start) / size) * SIZE, (b / size + 0.5) * SIZE];
    };
    context.lineWidth = 2;
    context.strokeStyle = "#000";
    context.beginPath();
    way.path.forEach((x) => context.lineTo(...at(x)));
    context.stroke();
    way.path.forEach((x, n) => {
      context.beginPath();
      context.arc(...at(x), n === state.step ? 7 : 3.5, 0, 7);
      context.fillStyle = n === state.step ? "#d4380d" : "#fff";
      context.fill();
      context.stroke();
    });
  }

  if (own) {
    addEventListener("hashchange", () => change(address.read(fields)));
  }
  follow();
};
