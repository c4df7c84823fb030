// The playground's pictures and the networks that read them, one set for each kind of picture.
"use strict";

(globalThis.adversarial ??= {}).pictures = (() => {
  const { engine } = globalThis.adversarial;
  const SMALL = 8;
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

  /** 8×8 counts from 0 to 16, as the digits come, to a 28×28 image: course/data.py does the same. */
  function enlarge(small, side = 28) {
    const places = Array.from({ length: side }, (_, i) => {
      const place = Math.max(0, ((i + 0.5) * SMALL) / side - 0.5);
      const low = Math.floor(place);
      return { low, high: Math.min(low + 1, SMALL - 1), part: place - low };
    });
    const image = new Float64Array(side * side);
    places.forEach((row, r) => {
      places.forEach((column, c) => {
        const between = (y) =>
          small[y * SMALL + column.low] * (1 - column.part) +
          small[y * SMALL + column.high] * column.part;
        const value = (between(row.low) * (1 - row.part) + between(row.high) * row.part) / 16;
        image[r * side + c] = Math.round(value * 3136) / 3136;
      });
    });
    return image;
  }

  /** A set by its name: its form, its samples as images in [0, 1], its networks, its classes' names. */
  function open(name) {
    const { form, classes, samples, networks, largest } = globalThis.adversarial.sets[name];
    const image = ({ counts, pixels }) =>
      counts ? enlarge(counts) : Float64Array.from(bytes(pixels), (value) => value / 255);
    return {
      form,
      classes,
      largest,
      samples: samples.map((sample) => ({ label: sample.label, image: image(sample) })),
      networks: Object.fromEntries(
        Object.entries(networks).map(([key, { title, weights }]) => [
          key,
          { title, ...engine.network(bytes(weights), form) },
        ]),
      ),
    };
  }

  /** Sets by their names, each opened when it is first asked for. */
  function openLater(names) {
    const sets = {};
    for (const name of names) {
      const known = { enumerable: true, configurable: true };
      const get = () => Object.defineProperty(sets, name, { ...known, value: open(name) })[name];
      Object.defineProperty(sets, name, { ...known, get });
    }
    return sets;
  }

  return { open, openLater, enlarge };
})();
