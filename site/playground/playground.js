// The playground's attack: one state, read from the address and the controls, shown after every change.
"use strict";

((globalThis.adversarial ??= {}).widgets ??= {}).attack = (root) => {
  const { engine, attacks, pictures, view, plot, pad: pads, address, budgets, inside, upload } = globalThis.adversarial;
  const find = (name) => root.querySelector(`[data-part="${name}"]`);
  const START = {
    set: "digits", picture: 16, drawn: null, label: 3, net: "plain", attack: "fgsm", target: null,
    eps: 26, row: 10, column: 12,
  };
  const sets = pictures.openLater(root.dataset.sets.split(" "));
  const FIELDS = {
    set: address.oneOf(Object.keys(sets)),
    picture: address.whole(0, 99),
    label: address.whole(0, 9),
    net: address.oneOf(["plain", "defended"]),
    attack: address.oneOf(Object.keys(attacks.ATTACKS)),
    target: address.whole(0, 9),
    eps: address.whole(0, 255),
    row: address.whole(0, 31),
    column: address.whole(0, 31),
    drawn: (text) => (/^[0-9a-g]{64}$/.test(text) ? text : undefined),
  };
  const COUNTS = "0123456789abcdefg"; // one character for each count from 0 to 16
  const remembered = new Map();
  let uploaded = null; // a reader's own picture of the set at hand: { name, image, label }
  let state = fromAddress();
  let set = sets[state.set];

  // --- state ------------------------------------------------------------------------------------

  function fromAddress() {
    const given = address.read(FIELDS);
    const { samples, form, largest } = sets[given.set ?? START.set];
    const found = { ...START, ...given };
    found.picture = Math.min(found.picture, samples.length - 1);
    found.eps = Math.min(found.eps, budgets.budgetOf(found.attack).largest({ largest }));
    found.row = Math.min(found.row, form.side - 1);
    found.column = Math.min(found.column, form.side - 1);
    if (found.set !== START.set) found.drawn = null;
    return found;
  }

  function change(part) {
    const before = budgets.budgetOf(state.attack);
    state = { ...state, ...part };
    const budget = budgets.budgetOf(state.attack);
    if (part.set) changeSet();
    if (budget !== before || part.set) state.eps = budget.start(set);
    address.write(state.drawn ? state : { ...state, label: null });
    show();
  }

  function changeSet() {
    set = sets[state.set];
    uploaded = null;
    Object.assign(state, { picture: 0, drawn: null, target: null });
    Object.assign(state, { row: Math.min(state.row, set.form.side - 1), column: Math.min(state.column, set.form.side - 1) });
    furnish();
  }

  /** What is attacked: the reader's own picture, or one of the set's. */
  function subject() {
    if (uploaded) return { image: uploaded.image, label: uploaded.label };
    if (!state.drawn) return set.samples[state.picture];
    return { image: pictures.enlarge([...state.drawn].map((c) => COUNTS.indexOf(c))), label: state.label };
  }

  function computed() {
    const net = set.networks[state.net];
    const { image: clean, label } = subject();
    const adversarial = budgets.attacked(net, clean, label, state, set.form);
    const epsilon = budgets.budgetOf(state.attack).size(state.eps);
    return {
      net, label, image: clean, adversarial, epsilon,
      slope: attacks.slope(net, clean, { label, target: state.target }),
      clean: engine.forward(net, clean),
      attacked: engine.forward(net, adversarial),
    };
  }

  // --- showing ----------------------------------------------------------------------------------

  const PARTS = [showControls, showImages, showWords, showRest];

  function show() {
    const now = computed();
    PARTS.forEach((part) => part(now));
  }

  /** What is on the screen after the rest: curves take longest, a dozen attacks under PGD. */
  function showRest(now) {
    const names = state.attack === "fgsm" || state.attack === "pgd" ? [state.attack, "noise"] : [state.attack];
    const along = steps();
    const curves = names.map((name) => curve(name, now));
    const points = curves.flatMap(({ at, values }) => along.map((step, i) => () => (values[i] ??= at(step))));
    showRest.stop?.();
    showRest.stop = view.inTurn([
      () => inside.layers(find, now.net, now),
      ...points,
      () => showCurve(names, curves, now, along),
    ]);
  }

  function showControls({ label }) {
    const budget = budgets.budgetOf(state.attack);
    const slider = find("epsilon");
    slider.max = budget.largest(set);
    slider.value = state.eps;
    slider.setAttribute("aria-label", `${budget.title}, ${budget.unit}`);
    slider.setAttribute("aria-valuetext", budget.text(state.eps));
    find("epsilon-title").textContent = budget.title;
    find("epsilon-text").textContent = budget.text(state.eps);
    find("label").value = label;
    find("target").value = state.target ?? "";
    find("row").value = state.row;
    find("column").value = state.column;
    for (const name of ["set", "net", "attack"]) {
      root.querySelector(`input[name="${name}"][value="${state[name]}"]`).checked = true;
    }
    root.querySelectorAll('input[name="picture"]').forEach((input, i) => {
      input.checked = !state.drawn && !uploaded && i === state.picture;
    });
  }

  function showImages({ image: before, adversarial, clean, attacked, label }) {
    const moved = adversarial.map((x, i) => x - before[i]);
    const largest = Math.max(...moved.map(Math.abs)) || 1;
    view.paint(find("clean"), before, set.form);
    view.paintChange(find("change"), moved.map((m) => m / largest), set.form);
    view.paint(find("attacked"), adversarial, set.form);
    view.frame(find("clean"), state.row, state.column);
    const verdict = ({ probabilities }) => {
      const chosen = engine.best(probabilities);
      return `read as ${set.classes[chosen]}, ${view.percent(probabilities[chosen])}`;
    };
    find("clean-text").textContent = `Clean ${set.classes[label]}: ${verdict(clean)}`;
    find("change-text").textContent = `Change: ${budgets.budgetOf(state.attack).change(state.eps)}`;
    find("attacked-text").textContent = `Attacked: ${verdict(attacked)}`;
    find("clean").setAttribute("aria-label", `The clean image, class ${set.classes[label]}, ${verdict(clean)}`);
    find("attacked").setAttribute("aria-label", `The attacked image, ${verdict(attacked)}`);
    const share = moved.filter((m) => Math.abs(m) > 1e-4).length / moved.length;
    find("change").setAttribute("aria-label", `The change; ${view.percent(share)} of the values move`);
  }

  function showWords(now) {
    view.probabilities(find("rows"), set.classes, {
      clean: now.clean.probabilities, attacked: now.attacked.probabilities, label: now.label, target: state.target,
    });
    find("says").textContent = sentence(now);
    const formula = budgets.budgetOf(state.attack) === budgets.budgetOf("fgsm");
    find("formula").hidden = !formula;
    if (formula) inside.pixel(find, state.row * set.form.side + state.column, now);
  }

  const steps = () => {
    const largest = budgets.budgetOf(state.attack).largest(set);
    return Array.from({ length: 18 }, (_, i) => Math.round((i * largest) / 17));
  };

  /** p(true class) along the slider: `at` gives it, `values` keep it, since few changes concern it. */
  function curve(name, { net, image: before, label }) {
    const { drawn, picture, net: named, target, row, column } = state;
    const key = [state.set, named, name, uploaded?.name ?? drawn ?? picture, label, target, name === "patch" ? [row, column] : ""].join();
    if (!remembered.has(key)) {
      if (remembered.size > 200) remembered.clear();
      remembered.set(key, { at: chance(name, net, before, label), values: [] });
    }
    return remembered.get(key);
  }

  /** p(true class) as a function of the slider's place. */
  function chance(name, net, before, label) {
    const { form } = set;
    const here = { ...state };
    if (name === "patch") {
      return (eps) => {
        const moved = budgets.attacked(net, before, label, { ...here, eps }, form);
        return engine.forward(net, moved).probabilities[label];
      };
    }
    const { size } = budgets.budgetOf(name);
    let at = null; // not before it is needed: the gradient takes as long as several points
    return (eps) => (at ??= attacks.curve(net, name, before, { label, target: here.target }))(size(eps));
  }

  function showCurve(names, found, now, along) {
    const budget = budgets.budgetOf(state.attack);
    const curves = found.map(({ values }, i) => ({ name: names[i] === "noise" ? "noise" : "attack", values }));
    const half = along[curves[0].values.findIndex((p) => p < 0.5)];
    const axis = budget.title.toLowerCase();
    const title = budgets.NAMES[state.attack];
    const description =
      `Probability of the true class against ${axis}. ${title[0].toUpperCase()}${title.slice(1)}: ` +
      (half === undefined ? "it stays above one half." : `it is below one half from ${budget.text(half)} on.`);
    plot.plot(find("curve"), {
      along: along.map(budget.size), ticks: budget.ticks, axis, curves, now: now.epsilon, description,
    });
    find("curve-text").textContent = description;
    find("legend").textContent = names.length > 1 ? `Line: ${title}. Dashed: random noise` : "";
  }

  function sentence({ label, clean, attacked }) {
    const before = engine.best(clean.probabilities);
    const after = engine.best(attacked.probabilities);
    const attack = `${budgets.NAMES[state.attack]} with ${budgets.budgetOf(state.attack).said(state.eps)}`;
    const network = `The ${set.networks[state.net].title} network`;
    const [is, was, read] = [label, before, after].map((k) => set.classes[k]);
    if (before !== label) return `${network} reads this ${is} as ${was} even without an attack.`;
    if (after === label) return `${network} withstands ${attack}: still ${is}.`;
    return `${network} is fooled by ${attack}: it reads this ${is} as ${read}.`;
  }

  // --- controls ---------------------------------------------------------------------------------

  /** What depends on the set: its pictures to choose from, its classes in both lists. */
  function furnish() {
    find("pictures").replaceChildren(
      ...set.samples.map(({ label }, i) => {
        const input = view.make("input", {
          type: "radio", name: "picture", value: i,
          "aria-label": `${set.classes[label]}, number ${i + 1}`,
          change: () => choose({ picture: i, drawn: null }),
        });
        return view.make("label", {}, input, view.make("canvas"));
      }),
    );
    const options = set.classes.map((name, k) => view.make("option", { value: k }, name));
    find("label").replaceChildren(...options.map((option) => option.cloneNode(true)));
    find("target").replaceChildren(view.make("option", { value: "" }, "any other class"), ...options);
    find("drawing").hidden = set.form.channels !== 1;
    if (find("pictures").dataset.painted) paintPictures().forEach((paint) => paint());
  }

  /** Choose another picture; one that was uploaded is put away. */
  function choose(part) {
    uploaded = null;
    change(part);
  }

  /** Attack the picture of a file: a digit goes over the pad, for its network knows no other form. */
  async function take(file, surface) {
    if (set.form.channels === 1) return surface.take(file);
    const image = await upload.read(file, set.form);
    uploaded = { name: `${file.name} ${file.lastModified}`, image, label: guess(image) };
    change({});
  }

  const guess = (image) => engine.best(engine.forward(set.networks.plain, image).probabilities);

  function paintPictures() {
    find("pictures").dataset.painted = "true";
    const paint = (canvas, i) => () => view.paint(canvas, set.samples[i].image, set.form);
    return [...find("pictures").querySelectorAll("canvas")].map(paint);
  }

  function listen() {
    const surface = pads.pad(find("pad"), (counts) => {
      choose({ drawn: counts.map((n) => COUNTS[n]).join(""), label: guess(pictures.enlarge(counts)) });
    });
    find("wipe").addEventListener("click", () => {
      surface.clear();
      choose({ drawn: null });
    });
    find("upload").addEventListener("change", ({ target }) => {
      find("uploaded").textContent = "";
      const unread = () => (find("uploaded").textContent = "The browser cannot read this file as a picture.");
      if (target.files[0]) take(target.files[0], surface).catch(unread);
    });
    find("target").addEventListener("change", ({ target }) =>
      change({ target: target.value === "" ? null : Number(target.value) }),
    );
    find("label").addEventListener("change", ({ target }) => relabel(Number(target.value)));
    find("epsilon").addEventListener("input", ({ target }) => change({ eps: Number(target.value) }));
    for (const name of ["set", "net", "attack"]) {
      root.querySelectorAll(`input[name="${name}"]`).forEach((input) => {
        input.addEventListener("change", () => change({ [name]: input.value }));
      });
    }
    const within = (value) => Math.min(Math.max(Math.floor(value) || 0, 0), set.form.side - 1);
    for (const name of ["row", "column"]) {
      find(name).addEventListener("change", ({ target }) => change({ [name]: within(Number(target.value)) }));
    }
    const point = ({ target, clientX, clientY }) => {
      const box = target.getBoundingClientRect();
      change({
        row: within(((clientY - box.top) / box.height) * set.form.side),
        column: within(((clientX - box.left) / box.width) * set.form.side),
      });
    };
    find("clean").addEventListener("pointerdown", point);
    find("clean").addEventListener("pointermove", (event) => event.buttons && point(event));
    find("reset").addEventListener("click", () => {
      surface.clear();
      enter(START);
      address.write({ ...START, label: null });
    });
    find("copy").addEventListener("click", async () => {
      change({});
      try {
        await navigator.clipboard.writeText(location.href);
        find("copied").textContent = "Copied.";
      } catch {
        find("copied").textContent = "The address bar holds the link.";
      }
    });
    addEventListener("hashchange", () => enter(fromAddress()));
  }

  /** Show another state, whatever was there before. */
  function enter(other) {
    uploaded = null;
    state = { ...other };
    set = sets[state.set];
    furnish();
    show();
  }

  function relabel(label) {
    if (uploaded) uploaded.label = label;
    change({ label });
  }

  furnish();
  // The first computations are the slowest, before the browser has compiled them: each has its turn.
  return new Promise((done) => {
    const first = state;
    let now;
    const stages = [
      () => engine.forward(set.networks[state.net], subject().image),
      () => engine.gradient(set.networks[state.net], subject().image, subject().label),
      () => (now = computed()),
      ...PARTS.map((part) => () => part(now)),
    ];
    const unlessMoved = (stage) => () => state === first && stage(); // a reader may be quick
    view.inTurn([listen, ...stages.map(unlessMoved), ...paintPictures(), done]);
  });
};
