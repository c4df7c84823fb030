// What a page needs after loading: its formulas typeset, and what Material leaves unnamed or out of
// the keyboard's reach.

// KaTeX is larger than everything else together: only a page with formulas loads it.
let katexLoaded;
function loadKatex() {
  const { base } = JSON.parse(document.getElementById("__config").textContent);
  katexLoaded ??= new Promise((done, failed) => {
    const style = Object.assign(document.createElement("link"), {
      rel: "stylesheet",
      href: `${base}/assets/katex/katex.min.css`,
    });
    const script = Object.assign(document.createElement("script"), {
      src: `${base}/assets/katex/katex.min.js`,
      onload: done,
      onerror: failed,
    });
    document.head.append(style, script);
  });
  return katexLoaded;
}

async function typeset(body) {
  const formulas = [...body.querySelectorAll(".arithmatex")];
  if (formulas.length) await loadKatex();
  for (const formula of formulas) {
    const text = formula.textContent.trim().slice(2, -2); // without its \( \) or \[ \]
    katex.render(text, formula, { displayMode: formula.tagName === "DIV", throwOnError: false });
  }
}

document$.subscribe(({ body }) => {
  const typesetting = typeset(body);
  body.querySelector('[data-md-component="search"]')?.setAttribute("aria-label", "Search");

  // A box that scrolls sideways must be reachable without a mouse; what scrolls is known once the
  // formulas' fonts are there.
  typesetting.then(() => document.fonts.ready).then(() => {
    for (const box of body.querySelectorAll(".katex-display, pre > code, .md-typeset__scrollwrap")) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    }
  });
});
