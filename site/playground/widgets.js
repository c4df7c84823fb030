// Starts the widgets of a page, each when it comes near: <div data-widget="live"> gets its scripts,
// once a page, and then the function of that name in `adversarial.widgets`, with the element.
// Plain scripts one after the other, so that a page also works when it is opened from a file.
"use strict";

(() => {
  const folder = new URL(".", document.currentScript.src);
  const shared = ["engine", "attacks", "pictures", "view"];
  const NEEDS = {
    live: [...shared, "live"],
    pixel: [...shared, "inside", "pixel"],
    drift: [...shared, "inside", "drift"],
    path: [...shared, "address", "slice", "path"],
    smoothing: [...shared, "address", "random", "certify", "smoothing"],
    ladder: [...shared, "address", "random", "victims", "ladder"],
    train: [...shared, "plot", "address", "train"],
    attack: [...shared, "plot", "pad", "address", "budgets", "inside", "upload", "playground"],
  };
  const loaded = new Map();

  function load(name) {
    if (!loaded.has(name)) {
      loaded.set(
        name,
        new Promise((done, failed) => {
          const script = document.createElement("script");
          Object.assign(script, { src: new URL(`${name}.js`, folder), async: false, onload: done, onerror: failed });
          document.head.append(script);
        }),
      );
    }
    return loaded.get(name);
  }

  async function start(element) {
    const { widget, sets = "digits" } = element.dataset;
    await Promise.all([...sets.split(" "), ...NEEDS[widget]].map(load));
    element.dataset.folder = folder;
    await globalThis.adversarial.widgets[widget](element);
    element.dataset.ready = "";
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        start(target);
      }
    },
    { rootMargin: "400px" },
  );
  document.querySelectorAll("[data-widget]").forEach((element) => near.observe(element));
})();
