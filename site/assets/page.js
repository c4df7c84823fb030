// What a page needs after loading: its formulas typeset, and what Material leaves unnamed or out of
// the keyboard's reach.
document$.subscribe(({ body }) => {
  for (const formula of body.querySelectorAll(".arithmatex")) {
    renderMathInElement(formula, {
      delimiters: [
        { left: "\\(", right: "\\)", display: false },
        { left: "\\[", right: "\\]", display: true },
      ],
    });
  }
  body.querySelector('[data-md-component="search"]')?.setAttribute("aria-label", "Search");

  // A box that scrolls sideways must be reachable without a mouse; what scrolls is known once the
  // formulas' fonts are there.
  document.fonts.ready.then(() => {
    for (const box of body.querySelectorAll(".katex-display, pre > code, .md-typeset__scrollwrap")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  });
});
