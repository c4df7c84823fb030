// The playground's curves, as SVG.
"use strict";

(globalThis.adversarial ??= {}).plot = (() => {
  const { NO_BREAK } = globalThis.adversarial.view;
  const SVG = "http://www.w3.org/2000/svg";
  const WIDTH = 360;
  const HEIGHT = 200;
  const EDGE = { left: 46, right: 10, top: 10, bottom: 36 };

  function shape(name, attributes, text = "") {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  }

  /** Shares from 0 to 1 against numbers: curves { name, values }, and a line at `now` if it is given. */
  function plot(svg, { along, ticks, axis, curves, now = null, description }) {
    const far = along[along.length - 1];
    const x = (value) => EDGE.left + (value / far) * (WIDTH - EDGE.left - EDGE.right);
    const y = (p) => EDGE.top + (1 - p) * (HEIGHT - EDGE.top - EDGE.bottom);
    const parts = [shape("title", {}, description)];
    for (const p of [0, 0.5, 1]) {
      parts.push(shape("line", { x1: x(0), x2: x(far), y1: y(p), y2: y(p), class: "grid" }));
      parts.push(shape("text", { x: EDGE.left - 6, y: y(p) + 4, "text-anchor": "end" }, `${100 * p}${NO_BREAK}%`));
    }
    for (const tick of ticks.filter((value) => value <= far)) {
      parts.push(shape("text", { x: x(tick), y: HEIGHT - 18, "text-anchor": "middle" }, String(tick)));
    }
    parts.push(shape("text", { x: x(far / 2), y: HEIGHT - 3, "text-anchor": "middle" }, axis));
    if (now !== null) parts.push(shape("line", { x1: x(now), x2: x(now), y1: y(0), y2: y(1), class: "now" }));
    for (const { name, values } of curves) {
      const points = values.map((p, i) => `${x(along[i]).toFixed(1)},${y(p).toFixed(1)}`);
      parts.push(shape("polyline", { points: points.join(" "), class: name }));
    }
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.replaceChildren(...parts);
  }

  return { plot };
})();
