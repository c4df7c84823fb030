// A picture of the reader's own, as a road sign's network sees it: its middle square, made small.
// It stays on the page: no address can hold it.
"use strict";

(globalThis.adversarial ??= {}).upload = (() => {
  /** The picture of a file as channels × side × side values in [0, 1], in whole 255ths. */
  async function read(file, { channels, side }) {
    const picture = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const size = Math.min(picture.width, picture.height);
    const [left, top] = [(picture.width - size) / 2, (picture.height - size) / 2];
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, left, top, size, size, 0, 0, side, side);
    const { data } = context.getImageData(0, 0, side, side);
    const plane = side * side;
    return Float64Array.from({ length: channels * plane }, (_, i) => data[4 * (i % plane) + Math.floor(i / plane)] / 255);
  }

  return { read };
})();
