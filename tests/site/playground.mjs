// Loads the playground's scripts as a page would and answers one request from standard input:
// {"weights": base64, "images": [[784 numbers]], "labels": [...], "epsilon": e, "small": [[64 counts]]}.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

for (const name of ["engine", "attacks"]) {
  runInThisContext(readFileSync(new URL(`../../site/playground/${name}.js`, import.meta.url), "utf8"));
}
const { engine, attacks } = globalThis.adversarial;
const { weights, images, labels, epsilon, small } = JSON.parse(readFileSync(0, "utf8"));
const net = engine.network(new Uint8Array(Buffer.from(weights, "base64")));
const pixels = images.map((image) => Float64Array.from(image));
const each = (attack) => pixels.map((x, i) => Array.from(attack(net, x, labels[i], epsilon)));

console.log(
  JSON.stringify({
    logits: pixels.map((x) => Array.from(engine.forward(net, x).logits)),
    relu1: pixels.map((x) => Array.from(engine.forward(net, x).relu1)),
    relu2: pixels.map((x) => Array.from(engine.forward(net, x).relu2)),
    gradient: pixels.map((x, i) => Array.from(engine.gradient(net, x, labels[i]))),
    enlarged: small.map((counts) => Array.from(engine.enlarge(counts))),
    curve: pixels.map((x, i) => attacks.curve(net, "fgsm", x, labels[i], [0, epsilon])),
    ...Object.fromEntries(Object.entries(attacks.ATTACKS).map(([name, a]) => [name, each(a)])),
  }),
);
