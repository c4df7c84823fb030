// How the playground shows numbers: images on canvases, bars in a table, curves as SVG.
"use strict";

(globalThis.adversarial ??= {}).view = (() => {
  const percent = (p) => `${(100 * p).toFixed(p > 0.995 && p < 1 ? 2 : 1)} %`;
  const GREY = (value) => [255 * value, 255 * value, 255 * value];
  // Blue takes brightness away, orange adds it, white is no change.
  const CHANGE = (value) =>
    value < 0
      ? [255 + 223 * value, 255 + 150 * value, 255 + 60 * value]
      : [255 - 15 * value, 255 - 130 * value, 255 - 220 * value];

  /** Paint square maps of numbers side by side, each number through `colour`. */
  function paint(canvas, values, side, { colour = GREY, columns = 1, gap = 0 } = {}) {
    const rows = Math.ceil(values.length / (side * side) / columns);
    canvas.width = columns * (side + gap) - gap;
    canvas.height = rows * (side + gap) - gap;
    const context = canvas.getContext("2d");
    const picture = context.createImageData(canvas.width, canvas.height);
    values.forEach((value, i) => {
      const map = Math.floor(i / (side * side));
      const row = Math.floor(map / columns) * (side + gap) + Math.floor((i % (side * side)) / side);
      const column = (map % columns) * (side + gap) + (i % side);
      const at = 4 * (row * canvas.width + column);
      [picture.data[at], picture.data[at + 1], picture.data[at + 2]] = colour(value);
      picture.data[at + 3] = 255;
    });
    context.putImageData(picture, 0, 0);
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

  /** Ten rows: class, probability before and after, each with a bar. */
  function probabilities(body, clean, attacked, label) {
    const top = attacked.indexOf(Math.max(...attacked));
    body.replaceChildren(
      ...Array.from(clean, (_, k) => {
        const row = document.createElement("tr");
        row.className = k === label ? "true" : k === top ? "chosen" : "";
        const head = document.createElement("th");
        head.scope = "row";
        head.textContent = k === label ? `${k} (true)` : String(k);
        row.append(head, ...[clean[k], attacked[k]].map(cell));
        return row;
      }),
    );
  }

  function cell(p) {
    const data = document.createElement("td");
    const bar = document.createElement("span");
    bar.className = "bar";
    bar.style.setProperty("--p", p);
    const text = document.createElement("span");
    text.textContent = percent(p);
    data.append(bar, text);
    return data;
  }

  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 360;
  const HEIGHT = 200;
  const EDGE = { left: 42, right: 10, top: 10, bottom: 36 };

  function shape(name, attributes, text = "") {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  }

  /** Curves of p(true class) against epsilon, and a line where the slider stands. */
  function plot(svg, { epsilons, curves, epsilon, description }) {
    const far = epsilons[epsilons.length - 1];
    const x = (e) => EDGE.left + (e / far) * (WIDTH - EDGE.left - EDGE.right);
    const y = (p) => EDGE.top + (1 - p) * (HEIGHT - EDGE.top - EDGE.bottom);
    const parts = [shape("title", {}, description)];
    for (const p of [0, 0.5, 1]) {
      parts.push(shape("line", { x1: x(0), x2: x(far), y1: y(p), y2: y(p), class: "grid" }));
      parts.push(shape("text", { x: EDGE.left - 6, y: y(p) + 4, "text-anchor": "end" }, `${100 * p} %`));
    }
    for (const e of [0, 0.1, 0.2, 0.3, 0.4].filter((tick) => tick <= far)) {
      parts.push(shape("text", { x: x(e), y: HEIGHT - 18, "text-anchor": "middle" }, String(e)));
    }
    parts.push(shape("text", { x: x(far / 2), y: HEIGHT - 3, "text-anchor": "middle" }, "epsilon"));
    parts.push(shape("line", { x1: x(epsilon), x2: x(epsilon), y1: y(0), y2: y(1), class: "now" }));
    for (const { name, values } of curves) {
      const points = values.map((p, i) => `${x(epsilons[i]).toFixed(1)},${y(p).toFixed(1)}`);
      parts.push(shape("polyline", { points: points.join(" "), class: name }));
    }
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.replaceChildren(...parts);
  }

  return { paint, frame, probabilities, plot, percent, GREY, CHANGE };
})();
