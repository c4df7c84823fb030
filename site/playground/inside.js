// The playground's lower half: what the attack does in the layers, and to one pixel.
"use strict";

(globalThis.adversarial ??= {}).inside = (() => {
  const { attacks, view } = globalThis.adversarial;

  const relativeChange = (before, after) =>
    attacks.distance(after, before) / attacks.distance(before, before.map(() => 0));

  /** The feature maps of both ReLUs, clean and attacked, and the relative change of each layer. */
  function layers(find, net, { image, adversarial, clean, attacked }) {
    const drift = { pixels: relativeChange(image, adversarial) };
    for (const [name, layer, columns] of [["relu1", "conv1", 8], ["relu2", "conv2", 8]]) {
      const side = net[layer].side - 4;
      const largest = Math.max(...clean[name], ...attacked[name]) || 1;
      for (const [which, run] of [["clean", clean], ["attacked", attacked]]) {
        const canvas = find(`${name}-${which}`);
        view.paintMaps(canvas, run[name].map((value) => value / largest), side, columns);
        canvas.setAttribute("aria-label", `Feature maps of ${name}, ${which} image`);
      }
      drift[name] = relativeChange(clean[name], attacked[name]);
    }
    drift.logits = relativeChange(clean.logits, attacked.logits);
    find("drift").replaceChildren(
      ...Object.entries(drift).map(([name, value]) =>
        view.make("tr", {}, view.make("th", { scope: "row" }, name), view.make("td", {}, view.percent(value))),
      ),
    );
  }

  /** The formula of FGSM with the numbers of one pixel; of a colour image, of its red part. */
  function pixel(find, place, { image, slope, epsilon }) {
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
  }

  return { relativeChange, layers, pixel };
})();
