"""The claims of report 002, each with its place: an article on attacking MNIST.

Places name the section and the line of the published text.
"""

from __future__ import annotations

from solutions.reproductions.record import Finding, Published
from solutions.reproductions.reports.claims_table import prose_claims, table_claims

EXAMPLE = "an example made up to explain, not a measurement"

PUBLISHED: tuple[Published, ...] = (
    *table_claims(
        {
            0.0: "table, line 204",
            0.05: "table, line 205",
            0.1: "table, line 206",
            0.2: "table, line 207",
            0.3: "table, line 208",
        },
        clean_again="headline, line 11; training, line 142",
    ),
    *prose_claims("insight, line 9", "table, line 207", "opening, lines 5 and 16; end, line 348"),
    Published(
        "",
        "Digits classified correctly",
        "9,845 of 10,000",
        "",
        "training, line 142",
        reason="the clean accuracy again, as a count",
    ),
    Published(
        "parameters",
        "Parameters of the network",
        400_000,
        "count",
        "foundation, line 44",
        reason="it says approximately",
    ),
    Published("inputs", "Input dimensions", 784, "count", "high dimensions, line 30"),
    Published("flattened", "Elements after flattening", 3_136, "count", "architecture, line 56"),
    Published(
        "monitor-printed",
        "Layers that the printed monitor reports on (the network has three ReLUs)",
        3,
        "count",
        "hooks, lines 212 to 250",
        reason="it puts hooks on nn.ReLU modules, but the printed network calls F.relu: there is "
        "no such module, no hook fires and nothing is printed",
    ),
    Published(
        "relu1-mean-clean",
        "First ReLU on clean images: mean",
        "positive",
        "",
        "hooks, line 250",
        reason="true of every ReLU that is not idle; measured with the repaired monitor",
    ),
    Published(
        "relu1-zero_fraction-clean",
        "First ReLU on clean images: share of zeros",
        "a mix",
        "",
        "hooks, line 250",
        reason="measured with the repaired monitor",
    ),
    Published(
        "relu1-mean-attacked",
        "First ReLU under FGSM at 0.1: mean",
        "shifts slightly",
        "",
        "hooks, line 250",
        reason="measured with the repaired monitor; beside the row on clean images",
    ),
    Published(
        "cascade",
        "The change grows from layer to layer",
        "at each layer",
        "",
        "cascade effect, line 257",
        reason="relative to a layer's size it shrinks at some layers and grows at others; noise of "
        "the same size fades towards the end, and FGSM does not",
    ),
    Published(
        "rate",
        "Attacked images a second",
        "thousands",
        "",
        "FGSM, line 40",
        reason="on this machine, while it did other work; and the attack needs the gradient, so "
        "access to answers alone is not enough",
    ),
    Published(
        "transfer-0.2",
        "Images that fool one network, shown to another, at ε = 0.2",
        "often fail",
        "",
        "recommendations, line 328",
        reason="beside what they leave on the network they were made on; networks of one kind, "
        "trained alike, share more of their mistakes than others would",
    ),
    Published(
        "trade-0.3-0.3",
        "Left under PGD at ε = 0.3 after training on PGD",
        89,
        "%",
        "defences, line 292",
        reason="a smaller network, a third of the images and few epochs; the figure is that of "
        "Madry et al. (2018), table 1, for a long training",
    ),
    Published(
        "trade-0-clean",
        "Clean accuracy after plain training",
        99,
        "%",
        "defences, line 294",
        reason="a smaller network, a third of the images and few epochs",
    ),
    Published(
        "trade-0.3-clean",
        "Clean accuracy of the same network after training on PGD",
        95,
        "%",
        "defences, line 294",
        reason="a smaller network, a third of the images and few epochs",
    ),
    Published(
        "trade-time",
        "Training on attacks takes longer by",
        "5 to 10 x",
        "",
        "defences, line 294",
        reason="five steps of PGD make six gradients of one; seconds were taken while the machine "
        "did other work",
    ),
    Published(
        "",
        "Certified accuracy on MNIST at ε = 0.3 tops out around",
        80,
        "%",
        "defences, line 312",
        reason="not measured, and too low: interval bounds certified 91.95 % (Gowal et al. 2018, "
        "arXiv:1810.12715)",
    ),
    Published(
        "",
        "Distillation is bypassed by stronger attacks",
        "completely",
        "",
        "defences, line 300",
        reason="see report 001, which distils networks and attacks them",
    ),
    Published(
        "", "Accuracy on attacked medical images", "99 to 60 %", "", "line 281", reason=EXAMPLE
    ),
    Published("", "Precision of a fraud detector", "95 to 70 %", "", "line 281", reason=EXAMPLE),
)

FINDINGS = (
    Finding(
        "FGSM at ε = 0.1, 0.2 and 0.3 on standardised images leaves 82.14, 41.23 and 18.67 %.",
        "The same network and recipe. ε read in pixels, and on standardised images with each "
        "clamp that was published and with the right one.",
        "In pixels {pixels-0.1}, {pixels-0.2} and {pixels-0.3}. Through the printed code, which "
        "clamps to [0, 1], {article-0.1}, {article-0.2} and {article-0.3}; through the notebook "
        "published with report 003, which clamps to [−2, 2], {notebook-0.1}, {notebook-0.2} and "
        "{notebook-0.3}.",
        "The table was measured in pixels, by other code than the one printed. An ε on "
        "standardised images is a third of that in pixels, and nobody notices, since both are "
        "called ε.",
    ),
    Finding(
        "Forward hooks on every ReLU show how activations change.",
        "The printed monitor on the printed network; the same monitor with ReLUs as modules; a "
        "monitor of every layer.",
        "The printed one reports on {monitor-printed} layers. With ReLUs as modules it sees "
        "{monitor-relus}, repaired {monitor-repaired}.",
        "Hooks live on modules, and F.relu is a function. A monitor that finds nothing to watch "
        "must say so.",
    ),
    Finding(
        "A small change is amplified at each layer until the prediction flips.",
        "The relative change of every layer's output, under FGSM and under random noise of the "
        "same size.",
        "The change {cascade}; FGSM moves the input by {drift-normalize} and the logits by "
        "{drift-logits}, noise moves them by {drift-noise}.",
        "Layers do not amplify everything: noise fades on its way. FGSM is the change that does "
        "not.",
    ),
)
