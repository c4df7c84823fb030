// Loads the playground's scripts as a page would and answers one request from standard input:
// {"set": its name, "network": a name, "images": [[numbers]], "labels": [...], "targets": [...],
// "epsilon": e, "length": the L2 budget}.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const load = (name) =>
  runInThisContext(readFileSync(new URL(`../../../site/playground/${name}.js`, import.meta.url), "utf8"));
const asked = JSON.parse(readFileSync(0, "utf8"));
[asked.set, "engine", "attacks", "pictures"].forEach(load);
const { engine, attacks, pictures } = globalThis.adversarial;
const { networks, samples, form } = pictures.open(asked.set);
const net = networks[asked.network];
const { labels, targets, epsilon, length, images } = asked;
const each = (work) => images.map((x, i) => Array.from(work(Float64Array.from(x), labels[i], i)));
const mask = attacks.square(form, 14, 14, 6);
const budgets = { fgsm: epsilon, pgd: epsilon, noise: epsilon, l2: length, patch: null };

console.log(
  JSON.stringify({
    logits: each((x) => engine.forward(net, x).logits),
    relu1: each((x) => engine.forward(net, x).relu1),
    relu2: each((x) => engine.forward(net, x).relu2),
    gradient: each((x, label) => engine.gradient(net, x, label)),
    samples: samples.map(({ image }) => Array.from(image)),
    labels: samples.map(({ label }) => label),
    mask: Array.from(mask),
    curve: each((x, label) => [0, epsilon].map(attacks.curve(net, "fgsm", x, { label }))),
    targeted: each((x, label, i) => attacks.ATTACKS.pgd(net, x, { label, target: targets[i] }, epsilon)),
    ...Object.fromEntries(
      Object.entries(attacks.ATTACKS).map(([name, attack]) => [
        name,
        each((x, label) => attack(net, x, { label, mask }, budgets[name])),
      ]),
    ),
  }),
);
