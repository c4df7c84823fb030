// What readers without sight, without a mouse or on paper need, and Material leaves to be done.
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("article details")) fold.open = true;
});

document$.subscribe(({ body }) => {
  body.querySelector('[data-md-component="search"]')?.setAttribute("aria-label", "Search");

  // A box that scrolls sideways must be reachable by keyboard. To ask whether it does, it has to be
  // laid out, with the formulas' font: that is done one by one when there is nothing else to do.
  const boxes = [...body.querySelectorAll(".formula, pre > code, .md-typeset__scrollwrap")];
  const whenIdle = globalThis.requestIdleCallback ?? setTimeout;
  const letReach = () => {
    const box = boxes.shift();
    if (!box) return (body.dataset.reachable = "");
    const inner = box.matches("code") ? box : box.firstElementChild;
    if (inner.scrollWidth > box.clientWidth) box.tabIndex = 0;
    whenIdle(letReach);
  };
  document.fonts.ready.then(() => whenIdle(letReach));
});
