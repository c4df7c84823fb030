// The pad on which a reader draws a digit. What is drawn is brought to the form of the course's
// digits: centred, 32×32 black or white, counted in blocks of 4×4, so that the networks see what
// they were trained on (Alpaydin and Kaynak 1998 describe the same steps).
"use strict";

(globalThis.adversarial ??= {}).pad = (() => {
  const SIZE = 128;
  const PEN = 9;

  /** Turn a canvas into a pad; `changed` gets the 64 counts after every stroke. */
  function pad(canvas, changed) {
    canvas.width = canvas.height = SIZE;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    let last = null;
    let cursor = { x: SIZE / 2, y: SIZE / 2 };

    function clear() {
      context.fillStyle = "#000";
      context.fillRect(0, 0, SIZE, SIZE);
    }

    function stroke(from, to) {
      context.strokeStyle = "#fff";
      context.lineWidth = PEN;
      context.lineCap = "round";
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x + 0.01, to.y);
      context.stroke();
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      return {
        x: ((event.clientX - box.left) / box.width) * SIZE,
        y: ((event.clientY - box.top) / box.height) * SIZE,
      };
    }

    function report() {
      const { data } = context.getImageData(0, 0, SIZE, SIZE);
      changed(counts(Array.from({ length: SIZE * SIZE }, (_, i) => data[4 * i] > 127)));
    }

    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = place(event);
      stroke(last, last);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!last) return;
      const next = place(event);
      stroke(last, next);
      last = next;
    });
    for (const name of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(name, () => {
        if (last) report();
        last = null;
      });
    }
    // Without a mouse: arrows draw, with Shift they only move the pen.
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    canvas.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      const within = (value) => Math.min(Math.max(value, PEN), SIZE - PEN);
      const next = { x: within(cursor.x + 6 * arrow[0]), y: within(cursor.y + 6 * arrow[1]) };
      if (!event.shiftKey) {
        stroke(cursor, next);
        report();
      }
      cursor = next;
    });

    /** Put the picture of a file on the pad: what differs clearly from its border is ink. */
    async function take(file) {
      const picture = await createImageBitmap(file);
      const scale = SIZE / Math.max(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      context.drawImage(picture, (SIZE - width) / 2, (SIZE - height) / 2, width, height);
      const box = [(SIZE - width) / 2, (SIZE - height) / 2, width, height].map(Math.round);
      const pixels = context.getImageData(...box);
      const ink = strokes(pixels);
      clear();
      pixels.data.forEach((_, i) => (pixels.data[i] = i % 4 === 3 || ink[i >> 2] ? 255 : 0));
      context.putImageData(pixels, box[0], box[1]);
      report();
    }

    clear();
    return {
      take,
      clear() {
        clear();
        cursor = { x: SIZE / 2, y: SIZE / 2 };
      },
    };
  }

  /** Which pixels of a picture are its strokes: nearer to the extreme than to the border's brightness. */
  function strokes({ data, width, height }) {
    const brightness = Array.from({ length: width * height }, (_, i) => {
      const solid = data[4 * i + 3] / 255;
      return (solid * (data[4 * i] + data[4 * i + 1] + data[4 * i + 2])) / 3 + (1 - solid) * 255;
    });
    const isBorder = (i) => i < width || i >= width * (height - 1) || i % width === 0 || i % width === width - 1;
    const border = brightness.filter((_, i) => isBorder(i)).sort((a, b) => a - b);
    const ground = border[border.length >> 1];
    const farthest = brightness.reduce((far, b) => Math.max(far, Math.abs(b - ground)), 0);
    return brightness.map((b) => farthest > 20 && Math.abs(b - ground) > farthest / 2);
  }

  /** 64 counts, 0 to 16, of a square black and white drawing; all 0 for an empty one. */
  function counts(ink) {
    const side = Math.sqrt(ink.length);
    const rows = [];
    const columns = [];
    ink.forEach((dark, i) => {
      if (dark) {
        rows.push(Math.floor(i / side));
        columns.push(i % side);
      }
    });
    const small = new Array(64).fill(0);
    if (!rows.length) return small;
    const low = (values) => values.reduce((a, b) => Math.min(a, b));
    const high = (values) => values.reduce((a, b) => Math.max(a, b));
    const top = low(rows);
    const height = high(rows) - top + 1;
    const width = high(columns) - low(columns) + 1;
    // As tall as the grid; a wide drawing is made narrower, so that nothing is cut off.
    const tall = height / 32;
    const wide = Math.max(tall, width / 32);
    const centre = low(columns) + width / 2;
    for (let r = 0; r < 32; r++) {
      for (let c = 0; c < 32; c++) {
        const row = Math.floor(top + (r + 0.5) * tall);
        const column = Math.floor(centre + (c + 0.5 - 16) * wide);
        const inside = column >= 0 && column < side && row < side;
        if (inside && ink[row * side + column]) small[8 * (r >> 2) + (c >> 2)] += 1;
      }
    }
    return small;
  }

  return { pad, counts, strokes };
})();
