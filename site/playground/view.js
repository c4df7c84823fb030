// How the playground shows numbers: images on canvases, bars in a table, and elements for both.
"use strict";

(globalThis.adversarial ??= {}).view = (() => {
  const NO_BREAK = "\u00a0";
  const TURN = 4; // milliseconds
  const percent = (p) => `${(100 * p).toFixed(p > 0.995 && p < 1 ? 2 : 1)}${NO_BREAK}%`;
  // Blue takes brightness away, orange adds it, white is no change.
  const CHANGE = (value) =>
    value < 0
      ? [255 + 223 * value, 255 + 150 * value, 255 + 60 * value]
      : [255 - 15 * value, 255 - 130 * value, 255 - 220 * value];

  /** An element with attributes and children; a function among the attributes hears that event. */
  function make(name, attributes = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(key, value);
      else if (value === true) element.setAttribute(key, "");
      else if (value !== false && value !== null) element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  }

  function fill(canvas, width, height, colourAt) {
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      const colour = colourAt(i % width, Math.floor(i / width));
      if (colour) picture.data.set([...colour, 255], 4 * i);
    }
    context.putImageData(picture, 0, 0);
  }

  /** Paint an image, grey or in colour, as its pixels are. */
  function paint(canvas, image, { channels, side }) {
    const plane = side * side;
    fill(canvas, side, side, (x, y) =>
      [0, 1, 2].map((k) => 255 * image[(channels === 3 ? k : 0) * plane + y * side + x]),
    );
  }

  /** Paint a change, from -1 to 1: in the two colours where it is grey, around grey where it has colours. */
  function paintChange(canvas, change, form) {
    if (form.channels === 3) return paint(canvas, change.map((value) => 0.5 + value / 2), form);
    fill(canvas, form.side, form.side, (x, y) => CHANGE(change[y * form.side + x]));
  }

  /** Paint square feature maps side by side, from 0 to 1. */
  function paintMaps(canvas, values, side, columns) {
    const cell = side + 1;
    const rows = Math.ceil(values.length / (side * side) / columns);
    fill(canvas, columns * cell - 1, rows * cell - 1, (x, y) => {
      if (x % cell === side || y % cell === side) return null;
      const map = Math.floor(y / cell) * columns + Math.floor(x / cell);
      const value = 255 * values[(map * side + (y % cell)) * side + (x % cell)];
      return [value, value, value];
    });
  }

  /** Mark one pixel of an image by a frame around it. */
  function frame(canvas, row, column) {
    const context = canvas.getContext("2d");
    context.fillStyle = "#d4380d";
    for (let d = -1; d <= 1; d++) {
      for (const [r, c] of [[row - 1, column + d], [row + 1, column + d], [row + d, column - 1], [row + d, column + 1]]) {
        context.fillRect(c, r, 1, 1);
      }
    }
  }

  /** A row for each class: its name, its probability before and after, each with a bar. */
  function probabilities(body, names, { clean, attacked, label, target = null }) {
    const top = attacked.indexOf(Math.max(...attacked));
    body.replaceChildren(
      ...names.map((name, k) => {
        const note = k === label ? " (true)" : k === target ? " (target)" : "";
        const look = k === label ? "true" : k === top ? "chosen" : "";
        return make(
          "tr",
          { class: look },
          make("th", { scope: "row" }, name + note),
          ...[clean[k], attacked[k]].map(bar),
        );
      }),
    );
  }

  const bar = (p) =>
    make("td", {}, make("span", { class: "bar", style: `--p: ${Math.min(p, 1)}` }), make("span", {}, percent(p)));

  /** A labelled list to choose from: options are [value, text]. */
  function choice(text, options, value, chosen) {
    const select = make(
      "select",
      { change: () => chosen(select.value) },
      ...options.map(([each, words]) => make("option", { value: each, selected: String(each) === String(value) }, words)),
    );
    return make("label", { class: "pg-control" }, `${text} `, select);
  }

  /** A labelled slider; `words` says its value, `moved` gets it. The element has `.show(value)`. */
  function range(text, { min = 0, max, value, part = null, words }, moved) {
    const said = make("output");
    const input = make("input", { type: "range", min, max, "aria-label": text, "data-part": part });
    const show = (number) => {
      input.value = number;
      said.textContent = words(number);
      input.setAttribute("aria-valuetext", words(number));
    };
    input.addEventListener("input", () => {
      show(Number(input.value));
      moved(Number(input.value));
    });
    const label = make("label", { class: "pg-control" }, `${text}: `, said, input);
    label.show = show;
    show(value);
    return label;
  }

  const button = (text, click, look = {}) => make("button", { type: "button", class: "md-button", click, ...look }, text);

  /** A link to the page of the playground that shows the same; `.point(state)` says what that is. */
  function onward(root, page = "") {
    const link = make("a", { "data-part": "onward" }, "Open in the playground");
    link.point = (state) => (link.href = `${root.dataset.folder}${page}#${new URLSearchParams(state)}`);
    return link;
  }

  /** Do one thing after the other, a few at a time, so that a slow phone can answer a touch in between. */
  function inTurn(tasks) {
    let timer;
    const next = () => {
      const enough = performance.now() + TURN;
      do tasks.shift()();
      while (tasks.length && performance.now() < enough);
      if (tasks.length) timer = setTimeout(next, 0);
    };
    timer = setTimeout(next, 0);
    return () => clearTimeout(timer);
  }

  return { NO_BREAK, make, choice, range, button, onward, fill, paint, paintChange, paintMaps, frame, probabilities, bar, inTurn, percent, CHANGE };
})();
