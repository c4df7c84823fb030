# %% [markdown]
# ## A detector, and its bypass
#
# Another idea is not to answer at all when an image looks attacked. Assignment 2 measured how far
# an attack moves a network's activations; let that be the alarm. `Detector` compares the first
# layers' activations on an image and on a slightly **blurred** copy: a digit hardly changes, the
# fine pattern of an attack does. If the relative drift exceeds a limit that 5 % of the clean images
# exceed, it refuses to answer. It has $K + 1$ logits, and the last one means "refused".
#
# The attacker now wants more: an answer that is wrong **and** not refused. So neither the true
# class nor "refused" may be the largest logit. That is a margin too, and it is all the bypass
# needs.

# %%
plain = build("tiny-cnn", seed=2, **data.sizes)
fit(plain, data.train.images, data.train.labels, recipe)
detector = Detector.fitted(plain, data.train.images, refused=0.05)


def evasion(logits: Tensor, labels: Tensor) -> Tensor:
    """How far the best wrong answer leads both the true class and "refused", (n,)."""
    beaten = F.one_hot(labels, logits.shape[1]).bool()
    beaten[:, -1] = True
    wrong = logits.masked_fill(beaten, float("-inf")).amax(dim=1)
    return wrong - logits.masked_fill(~beaten, float("-inf")).amax(dim=1)


def verdicts(images: Tensor) -> str:
    """What the detector makes of images, in shares."""
    answers = predict(detector, images).argmax(dim=1)
    refused = answers == data.num_classes
    correct = answers == probe.labels
    shares = [part.double().mean().item() for part in (correct, refused, ~correct & ~refused)]
    return "right {:4.0%}   refused {:4.0%}   wrong and not noticed {:4.0%}".format(*shares)


oblivious = by_entropy(plain, probe.images, probe.labels, limit)
evading = oblivious.clone()
for restart in range(3):
    attacked = pgd(
        detector,
        probe.images,
        probe.labels,
        limit,
        step_size=limit / 12,
        steps=30,
        generator=torch.Generator().manual_seed(restart),
        loss=evasion,
    )
    missed = evasion(predict(detector, attacked), probe.labels) > 0
    evading[missed] = attacked[missed]
print("clean images               ", verdicts(probe.images))
print("PGD on the network         ", verdicts(oblivious))
print("PGD that knows the detector", verdicts(evading))
noticed = predict(detector, oblivious).argmax(dim=1) == data.num_classes
evaded = evasion(predict(detector, evading), probe.labels) > 0
place = (noticed & evaded).int().argmax().item()  # an image where it makes the difference
shown = torch.stack([images[place] for images in (probe.images, oblivious, evading)])
drifts = detector.drift(shown).tolist()
captions = ["clean", "PGD", "PGD, evading"]
figure = plots.image_row(
    shown,
    [f"{title}\ndrift {drift:.3f}" for title, drift in zip(captions, drifts, strict=True)],
    title=f"The detector refuses above a drift of {detector.limit:.3f}",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The detector notices many images of an attacker who does not know of it, and few of one who does.
# Carlini and Wagner (*Adversarial examples are not easily detected*, 2017) did this to ten
# published detectors. A detector is a classifier of images, and has the weakness of all of them. It
# still earns its place, as an alarm for faults and amateurs; it is no answer to somebody who has
# read its code.
