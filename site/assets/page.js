// Two things that readers without sight or without a mouse need, and Material leaves to be done.
document$.subscribe(({ body }) => {
  body.querySelector('[data-md-component="search"]')?.setAttribute("aria-label", "Search");

  // A box that scrolls sideways must be reachable by keyboard; what scrolls is known once the
  // formulas' font is there.
  document.fonts.ready.then(() => {
    for (const box of body.querySelectorAll(".formula, pre > code, .md-typeset__scrollwrap")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  });
});
