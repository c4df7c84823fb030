// Answers one request from standard input on the playground's other views, as tests/playground.mjs
// does on its attacks: {"images", "labels", "epsilon", "votes": [[hits, count, alpha]], "shares": [p]}.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";

const scripts = "digits distilled engine attacks pictures random certify slice victims learn";
for (const name of scripts.split(" ")) {
  runInThisContext(readFileSync(new URL(`../../../site/playground/${name}.js`, import.meta.url), "utf8"));
}
const { attacks, certify, learn, pictures, random, slice, victims } = globalThis.adversarial;
const asked = JSON.parse(readFileSync(0, "utf8"));
const { networks, samples, form } = pictures.open("digits");
const images = asked.images.map((image) => Float64Array.from(image));
const limit = Math.max(...samples.map(({ image }) => victims.roughness(image)));
const REMEDIES = ["none", "through", "margin", "average"];

/** For each defence and remedy, the gradients at the images and the attacked images. */
function ladder() {
  const found = {};
  for (const [name, victim] of Object.entries(victims.VICTIMS)) {
    const net = networks[victim.network];
    found[name] = {};
    for (const remedy of REMEDIES) {
      const normal = random.normal(1);
      found[name][remedy] = images.map((image, i) => {
        const slope = victims.slope(victim, net, remedy, image, asked.labels[i], normal);
        const attacked = victims.attack(victim, net, remedy, image, asked.labels[i], asked.epsilon, normal, limit);
        const { class: read, refused } = victims.answer(victim, net, attacked, normal, limit);
        return { slope: Array.from(slope), attacked: Array.from(attacked), holds: refused || read === asked.labels[i] };
      });
    }
  }
  return found;
}

/** Three steps of training from a fresh network: its numbers before and after, the losses. */
function training() {
  const learner = learn.learner(form, 1);
  const batch = images.map((image, i) => ({ image, label: asked.labels[i] }));
  const before = Array.from(learner.numbers);
  const first = learner.step(batch, 0.004);
  const gradients = Array.from(learner.gradients);
  const losses = [first, learner.step(batch, 0.004), learner.step(batch, 0.002)];
  return { before, gradients, losses, after: Array.from(learner.numbers) };
}

function path() {
  const label = asked.labels[0];
  const steps = attacks.pgdPath(images[0], (x) => attacks.slope(networks.plain, x, { label }), asked.epsilon);
  const { place, at, off, reach, u, v } = slice.plane(steps);
  const drawn = steps.map((x) => Array.from(at(...place(x))));
  return { steps: steps.map((x) => Array.from(x)), places: steps.map(place), drawn, off, reach, u: Array.from(u), v: Array.from(v) };
}

const normal = random.normal(7);
console.log(
  JSON.stringify({
    ladder: ladder(),
    training: training(),
    path: path(),
    lower: asked.votes.map((vote) => certify.lowerBound(...vote)),
    radius: asked.shares.map((p) => certify.radius(0.5, p)),
    roughness: images.map((image) => victims.roughness(image)),
    roughnessSlope: images.map((image) => Array.from(victims.roughnessSlope(image))),
    normal: Array.from({ length: 4000 }, normal),
    order: random.shuffled(50, random.uniform(3)),
  }),
);
