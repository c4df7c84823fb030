// What a page needs after loading: its formulas typeset, its search dialog named for screen readers.
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
});
