// The playground: one state, read from the address and the controls, shown after every change.
"use strict";

(() => {
  const { engine, attacks, view, pad: pads, data } = globalThis.adversarial;
  const root = document.getElementById("playground");
  if (!root) return;
  const find = (name) => root.querySelector(`[data-part="${name}"]`);

  const START = { digit: 16, drawn: null, label: 3, net: "plain", attack: "fgsm", eps: 26, row: 10, column: 12 };
  const LARGEST = 102; // epsilon in 1/255: 0.4
  const CURVE = Array.from({ length: 18 }, (_, i) => (6 * i) / 255);
  const NAMES = { fgsm: "FGSM", pgd: `PGD, ${attacks.PGD_STEPS} steps`, noise: "random noise" };
  const COUNTS = "0123456789abcdefg"; // one character for each count from 0 to 16
  const networks = Object.fromEntries(
    Object.entries(data.networks).map(([name, { weights }]) => [
      name,
      engine.network(Uint8Array.from(atob(weights), (c) => c.charCodeAt(0))),
    ]),
  );
  let state = { ...START, ...fromAddress() };
  const remembered = new Map();

  // --- state and address --------------------------------------------------------------------

  function fromAddress() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const found = {};
    const whole = (name, low, high) => {
      const text = wanted.get(name);
      if (text === null || !/^\d+$/.test(text)) return;
      found[name] = Math.min(Math.max(Number(text), low), high);
    };
    whole("digit", 0, data.samples.length - 1);
    whole("label", 0, 9);
    whole("eps", 0, LARGEST);
    whole("row", 0, engine.SIDE - 1);
    whole("column", 0, engine.SIDE - 1);
    if (Object.hasOwn(networks, wanted.get("net"))) found.net = wanted.get("net");
    if (Object.hasOwn(attacks.ATTACKS, wanted.get("attack"))) found.attack = wanted.get("attack");
    if (/^[0-9a-g]{64}$/.test(wanted.get("drawn") ?? "")) {
      found.drawn = Array.from(wanted.get("drawn"), (c) => COUNTS.indexOf(c));
    }
    return found;
  }

  function toAddress() {
    const { digit, drawn, label, net, attack, eps, row, column } = state;
    const picture = drawn ? { drawn: drawn.map((n) => COUNTS[n]).join(""), label } : { digit };
    const hash = new URLSearchParams({ ...picture, net, attack, eps, row, column });
    history.replaceState(null, "", `#${hash}`);
  }

  function change(part) {
    state = { ...state, ...part };
    toAddress();
    show();
  }

  // --- what follows from the state ------------------------------------------------------------

  function computed() {
    const { drawn, digit, net: name, attack, eps } = state;
    const net = networks[name];
    const label = drawn ? state.label : data.samples[digit].label;
    const image = engine.enlarge(drawn ?? data.samples[digit].pixels);
    const epsilon = eps / 255;
    const adversarial = attacks.ATTACKS[attack](net, image, label, epsilon);
    return {
      net, label, image, epsilon, adversarial,
      slope: engine.gradient(net, image, label),
      clean: engine.forward(net, image),
      attacked: engine.forward(net, adversarial),
    };
  }

  /** p(true class) along the curve; kept, since only picture, network and attack change it. */
  function curve(name, { net, image, label }) {
    const key = [state.net, name, state.drawn ?? state.digit, label].join();
    if (!remembered.has(key)) {
      if (remembered.size > 200) remembered.clear();
      remembered.set(key, attacks.curve(net, name, image, label, CURVE));
    }
    return remembered.get(key);
  }

  const best = (numbers) => numbers.indexOf(Math.max(...numbers));

  function relativeChange(before, after) {
    const norm = (values) => Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
    return norm(after.map((v, i) => v - before[i])) / norm(before);
  }

  // --- showing --------------------------------------------------------------------------------

  function show() {
    const now = computed();
    showControls(now);
    showImages(now);
    view.probabilities(find("rows"), now.clean.probabilities, now.attacked.probabilities, now.label);
    showPixel(now);
    find("says").textContent = sentence(now);
    // Curves take longest, a dozen attacks under PGD: the rest is on the screen before them.
    const curves = curveNames().map((name) => () => curve(name, now));
    show.stop?.();
    show.stop = inTurn([() => showLayers(now), ...curves, () => showCurve(now)]);
  }

  const curveNames = () => (state.attack === "noise" ? ["noise"] : [state.attack, "noise"]);

  /** Do one thing after the other, so that a slow phone can answer a touch in between. */
  function inTurn(tasks) {
    let timer;
    const next = () => {
      tasks.shift()();
      if (tasks.length) timer = setTimeout(next, 0);
    };
    timer = setTimeout(next, 0);
    return () => clearTimeout(timer);
  }

  function showControls({ epsilon, label }) {
    find("epsilon").value = state.eps;
    find("epsilon-text").textContent = `${epsilon.toFixed(3)} = ${state.eps}/255`;
    find("epsilon").setAttribute("aria-valuetext", `${state.eps} of 255, ${epsilon.toFixed(3)}`);
    find("label").value = label;
    for (const [name, value] of [["net", state.net], ["attack", state.attack]]) {
      root.querySelector(`input[name="${name}"][value="${value}"]`).checked = true;
    }
    root.querySelectorAll('input[name="digit"]').forEach((input, i) => {
      input.checked = !state.drawn && i === state.digit;
    });
  }

  function showImages({ image, adversarial, epsilon, clean, attacked, label }) {
    const moved = adversarial.map((x, i) => (epsilon ? (x - image[i]) / epsilon : 0));
    view.paint(find("clean"), image, engine.SIDE);
    view.paint(find("change"), moved, engine.SIDE, { colour: view.CHANGE });
    view.paint(find("attacked"), adversarial, engine.SIDE);
    view.frame(find("clean"), state.row, state.column);
    const verdict = ({ probabilities }) => {
      const chosen = best(probabilities);
      return `read as ${chosen}, ${view.percent(probabilities[chosen])}`;
    };
    find("clean-text").textContent = `Clean ${label}: ${verdict(clean)}`;
    find("change-text").textContent = `Change, each pixel at most ${state.eps}/255`;
    find("attacked-text").textContent = `Attacked: ${verdict(attacked)}`;
    find("clean").setAttribute("aria-label", `The clean image, a ${label}, ${verdict(clean)}`);
    find("attacked").setAttribute("aria-label", `The attacked image, ${verdict(attacked)}`);
    const share = moved.filter((m) => Math.abs(m) > 0.001).length / moved.length;
    find("change").setAttribute("aria-label", `The change; ${view.percent(share)} of the pixels move`);
  }

  function showLayers({ clean, attacked, image, adversarial }) {
    const layers = { relu1: [24, 8], relu2: [8, 8] };
    const drift = { pixels: relativeChange(image, adversarial) };
    for (const [name, [side, columns]] of Object.entries(layers)) {
      const largest = Math.max(...clean[name], ...attacked[name]) || 1;
      for (const [which, run] of [["clean", clean], ["attacked", attacked]]) {
        const canvas = find(`${name}-${which}`);
        const scaled = run[name].map((value) => value / largest);
        view.paint(canvas, scaled, side, { columns, gap: 1 });
        canvas.setAttribute("aria-label", `Feature maps of ${name}, ${which} image`);
      }
      drift[name] = relativeChange(clean[name], attacked[name]);
    }
    drift.logits = relativeChange(clean.logits, attacked.logits);
    find("drift").replaceChildren(
      ...Object.entries(drift).map(([name, value]) => {
        const row = document.createElement("tr");
        const head = document.createElement("th");
        head.scope = "row";
        head.textContent = name;
        const cell = document.createElement("td");
        cell.textContent = view.percent(value);
        row.append(head, cell);
        return row;
      }),
    );
  }

  function showPixel({ image, slope, epsilon }) {
    const place = state.row * engine.SIDE + state.column;
    const sign = Math.sign(slope[place]);
    const sum = image[place] + epsilon * sign;
    const numbers = {
      x: image[place].toFixed(3),
      slope: slope[place] === 0 ? "0" : slope[place].toExponential(2),
      sign: sign > 0 ? "+1" : String(sign),
      step: (epsilon * sign).toFixed(3),
      sum: sum.toFixed(3),
      result: Math.min(Math.max(sum, 0), 1).toFixed(3),
      why: sum < 0 || sum > 1 ? "the clamp cut it off" : "the clamp changes nothing",
    };
    for (const [name, text] of Object.entries(numbers)) find(`pixel-${name}`).textContent = text;
    find("row").value = state.row;
    find("column").value = state.column;
  }

  function showCurve(now) {
    const curves = curveNames().map((name) => ({ name, values: curve(name, now) }));
    const half = CURVE[curves[0].values.findIndex((p) => p < 0.5)];
    const description =
      `Probability of the true class against epsilon. ${NAMES[state.attack]}: ` +
      (half === undefined ? "it stays above 50 %." : `it falls below 50 % near epsilon ${half.toFixed(3)}.`);
    view.plot(find("curve"), { epsilons: CURVE, curves, epsilon: now.epsilon, description });
    find("curve-text").textContent = description;
    find("legend").textContent =
      state.attack === "noise" ? "Dashed: random noise" : `Line: ${NAMES[state.attack]}. Dashed: random noise`;
  }

  function sentence({ label, clean, attacked }) {
    const before = best(clean.probabilities);
    const after = best(attacked.probabilities);
    const attack = `${NAMES[state.attack]} with epsilon ${state.eps}/255`;
    const network = `The ${data.networks[state.net].title} network`;
    if (before !== label) return `${network} reads this ${label} as ${before} even without an attack.`;
    if (after === label) return `${network} withstands ${attack}: still a ${label}.`;
    return `${network} is fooled by ${attack}: it reads this ${label} as ${after}.`;
  }

  // --- controls -------------------------------------------------------------------------------

  function addDigits() {
    const box = find("digits");
    data.samples.forEach(({ label }, i) => {
      const choice = document.createElement("label");
      const input = document.createElement("input");
      const canvas = document.createElement("canvas");
      const nth = i % 2 ? "second" : "first";
      Object.assign(input, { type: "radio", name: "digit", value: i });
      input.setAttribute("aria-label", `${nth} ${label}`);
      choice.append(input, canvas);
      box.append(choice);
      input.addEventListener("change", () => change({ digit: i, drawn: null }));
    });
  }

  /** One task for each digit, which paints it. */
  const paintDigits = () =>
    [...find("digits").querySelectorAll("canvas")].map(
      (canvas, i) => () => view.paint(canvas, engine.enlarge(data.samples[i].pixels), engine.SIDE),
    );

  function listen() {
    const surface = pads.pad(find("pad"), (drawn) => {
      const guess = engine.forward(networks.plain, engine.enlarge(drawn)).probabilities;
      change({ drawn, label: best(guess) });
    });
    const wipe = () => {
      surface.clear();
      change({ drawn: null });
    };
    find("wipe").addEventListener("click", wipe);
    find("label").addEventListener("change", (event) => change({ label: Number(event.target.value) }));
    find("epsilon").addEventListener("input", (event) => change({ eps: Number(event.target.value) }));
    for (const name of ["net", "attack"]) {
      root.querySelectorAll(`input[name="${name}"]`).forEach((input) => {
        input.addEventListener("change", () => change({ [name]: input.value }));
      });
    }
    for (const name of ["row", "column"]) {
      find(name).addEventListener("change", (event) => {
        const value = Math.round(Number(event.target.value)) || 0;
        change({ [name]: Math.min(Math.max(value, 0), engine.SIDE - 1) });
      });
    }
    find("clean").addEventListener("click", (event) => {
      const box = event.target.getBoundingClientRect();
      const at = (part, whole) => Math.min(Math.floor((part / whole) * engine.SIDE), engine.SIDE - 1);
      change({
        row: at(event.clientY - box.top, box.height),
        column: at(event.clientX - box.left, box.width),
      });
    });
    find("reset").addEventListener("click", () => {
      surface.clear();
      change({ ...START });
    });
    find("copy").addEventListener("click", async () => {
      toAddress();
      try {
        await navigator.clipboard.writeText(location.href);
        find("copied").textContent = "Copied.";
      } catch {
        find("copied").textContent = "The address bar holds the link.";
      }
    });
    addEventListener("hashchange", () => {
      state = { ...START, ...fromAddress() };
      show();
    });
  }

  addDigits();
  // The first computation is the slowest, before the browser has compiled it: it has its own turn.
  inTurn([listen, computed, show, ...paintDigits(), () => (root.dataset.ready = "")]);
})();
