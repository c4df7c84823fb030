"""The claims of report 004, each with its place: "Adversarial Attacks on ResNet".

Places name the section and the line of the published text. Its epsilons count on the scale
[-1, 1]; `epsilon` here is half of the printed one, in pixels.
"""

from __future__ import annotations

from solutions.reproductions.record import Finding, Published

# Success rates printed with two decimals, all of them shares of the same number of images.
PRINTED_PERCENTAGES = (11.33, 40.61, 67.14, 89.39)

SEEDS = "no seed is published, and networks of this recipe differ much"


def _curve(printed: float, left: float, line: int, **more: str) -> tuple[Published, Published]:
    """The accuracy and the success rate at one printed epsilon: one number in two forms."""
    place = f"Basic Evaluation, line {line}"
    half = printed / 2
    return (
        Published(
            f"left-{printed:g}",
            f"Accuracy under FGSM, ε = {printed:g} ({half:g} in pixels)",
            left,
            "%",
            place,
            epsilon=half,
            curve="FGSM",
            reason=SEEDS,
            **more,
        ),
        Published(
            f"fooled-{printed:g}",
            f"Attack success rate, ε = {printed:g} ({half:g} in pixels)",
            round(100 - left, 2),
            "%",
            place,
            reason=SEEDS,
        ),
    )


PUBLISHED: tuple[Published, ...] = (
    Published("train-images", "Training images", 60_000, "count", "Dataset Preparation, line 35"),
    Published("test-images", "Test images", 10_000, "count", "Dataset Preparation, line 35"),
    Published(
        "scale",
        "Inputs go from [0, 1] to [-1, 1]; ε is not converted",
        "ε up to 0.3",
        "",
        "Dataset Preparation, lines 44 to 47",
        reason="one unit on [-1, 1] is half a unit in pixels, so every ε must be halved",
    ),
    Published(
        "parameters",
        "Parameters, “about”",
        20_000,
        "count",
        "Model Architecture, line 117",
        reason="a round number; the layers it describes have ours",
    ),
    Published(
        "recipe",
        "Optimiser, learning rate, batch size, epochs",
        "Adam, 0.01, batch 64, 3 epochs",
        "",
        "Training Setup, lines 121 to 127",
        reason="as published",
    ),
    Published(
        "sign-of-zero",
        "sign(0)",
        "-1",
        "",
        "FGSM Attack Implementation, line 167",
        reason="a pixel without influence should stay; how many have a gradient of exactly 0, and "
        "what it changes, is measured below",
    ),
    Published(
        "sample",
        "Images tested at each ε",
        "1,000",
        "",
        "Attack Hyperparameters, line 186; Basic Evaluation, line 241",
        reason="its four success rates, two decimals each, can be shares of no other number of "
        "images up to 1,000: of 1,000 images these were read rightly",
    ),
    Published(
        "two-rates",
        "Success rate as 100 - accuracy, “or equivalently” over all images",
        "the same",
        "",
        "Evaluation Metrics, lines 204 to 210",
        reason="the two differ by the images that were wrong before; at ε = 0.15 they are these",
    ),
    Published("clean", "Test accuracy", 98.41, "%", "Setup, line 233", reason=SEEDS),
    Published("train-accuracy", "Training accuracy", 98.40, "%", "Setup, line 233", reason=SEEDS),
    Published("loss-1", "Training loss, epoch 1", 0.214, "", "Setup, line 233", reason=SEEDS),
    Published("loss-2", "Training loss, epoch 2", 0.064, "", "Setup, line 233", reason=SEEDS),
    Published("loss-3", "Training loss, epoch 3", 0.051, "", "Setup, line 233", reason=SEEDS),
    *_curve(0.05, 88.67, 248),
    *_curve(0.1, 59.39, 249),
    *_curve(0.15, 32.86, 250),
    *_curve(0.3, 10.61, 251),
    Published(
        "left-0",
        "Accuracy at ε = 0",
        100,
        "%",
        "Advanced Evaluation, line 263",
        remark="by construction: only images read rightly are counted",
    ),
    Published("fooled-0", "Success rate at ε = 0", 0, "%", "Advanced Evaluation, line 268"),
    Published(
        "left-0.1",
        "“About 60 %” at ε = 0.1",
        60,
        "%",
        "Advanced Evaluation, line 263",
        reason=SEEDS,
    ),
    Published(
        "left-0.2",
        "“Around 20 %” at ε = 0.2",
        20,
        "%",
        "Advanced Evaluation, line 263",
        epsilon=0.1,
        curve="FGSM",
        reason=SEEDS,
    ),
    Published(
        "left-0.3",
        "“Around 10 %” at ε = 0.3",
        10,
        "%",
        "Advanced Evaluation, line 263",
        reason=SEEDS,
    ),
    Published(
        "fooled-0.3",
        "“Nearly 90 %” success at ε = 0.3",
        90,
        "%",
        "Advanced Evaluation, line 268",
        reason=SEEDS,
    ),
    Published(
        "confidence-clean",
        "Mean confidence on clean images",
        98.4,
        "%",
        "Confidence Analysis, line 272",
        reason=SEEDS,
    ),
    Published(
        "confidence-attacked",
        "Mean confidence under FGSM, ε = 0.15",
        82.01,
        "%",
        "Confidence Analysis, line 272",
        reason=SEEDS,
    ),
    Published(
        "confidence-drop",
        "Drop of the mean confidence",
        16.39,
        "points",
        "Confidence Analysis, line 272",
        reason=SEEDS,
    ),
    Published(
        "sure-clean",
        "Clean predictions “clustered near 100 %”",
        "most",
        "",
        "Confidence Analysis, line 277",
        reason="shares of images that are more than 99 % sure",
    ),
    Published(
        "sure-attacked",
        "Attacked predictions spread out",
        "fewer",
        "",
        "Confidence Analysis, line 277",
        reason="shares of images that are more than 99 % sure",
    ),
    Published(
        "becomes",
        "What a 2, a 1 and a 0 become",
        "2 → 3, 1 → 4, 0 → 9",
        "",
        "Figure 5, line 281",
        reason="it shows one image of each; ours are the commonest mistakes over all test images",
    ),
    Published(
        "digits",
        "“Some digits are more robust”",
        "some",
        "",
        "Figure 7, line 291",
        reason="the digit that keeps most and the one that keeps fewest, at ε = 0.15",
    ),
    Published(
        "most-confused",
        "3 and 5 are confused often",
        "often",
        "",
        "Figure 7, line 291",
        reason="the pairs most often taken for each other here",
    ),
    Published(
        "clean", "Accuracy without an attack", 98.41, "%", "Interpretation, line 299", reason=SEEDS
    ),
    Published(
        "all-0.15",
        "“From 98.41 % to 32.86 %” at ε = 0.15",
        32.86,
        "%",
        "Interpretation, line 299",
        reason=SEEDS,
        remark="the first number is of all images, the second of those read rightly; over all "
        "images it is the one measured here",
    ),
    Published(
        "confidence-wrong",
        "Confidence when wrong, “80 %+ average”",
        "80 %+",
        "",
        "Interpretation, line 301",
        reason="the 82 % it printed are of all attacked images; ours are of the fooled ones alone",
    ),
    Published(
        "detection",
        "Thresholding confidence “cannot” detect attacks",
        "cannot",
        "",
        "Interpretation, line 301",
        reason="area under the curve of that detector at ε = 0.15: 0.5 is guessing, 1 perfect. It "
        "tells more than nothing, but an attacker who knows of it can raise confidence",
    ),
    Published(
        "batched",
        "Attacks “cannot be batch processed”",
        "cannot",
        "",
        "Batch Processing for Attacks, line 321",
        reason="each image's loss depends on that image alone, so the gradient of the sum holds "
        "every image's own gradient",
    ),
    Published(
        "test-images",
        "Images tested, “for manageable runtime”, instead of 10,000",
        1_000,
        "count",
        "Batch Processing for Attacks, line 321",
        reason="in batches all of them are attacked in seconds",
    ),
)

FINDINGS = (
    Finding(
        "One network, one curve.",
        "Three networks, which differ in their seed alone.",
        "{clean ±} right without an attack; at ε = 0.15 {left-0.15 ±} left.",
        "A constant learning rate of 0.01 leaves Adam, and batch normalisation with it, wherever "
        "the last steps happen to end. A curve from one seed says little about the recipe.",
    ),
    Finding(
        "ε = 0.15 leaves 32.86 %.",
        "The same network and recipe, attacked at the printed ε halved and as printed.",
        "Halved, {left-0.15} left; read as pixels, {left-in-pixels-0.15}.",
        "Inputs lie in [-1, 1], so ε counts half pixels. Beside a report in pixel units its curve "
        "must be drawn at half its epsilons.",
    ),
    Finding(
        "Attacks cannot be batch processed, so 1,000 images were attacked instead of 10,000.",
        "All test images in batches, and a sample one at a time.",
        "{batched}; batches take {batched-seconds}, one at a time {single-seconds} (scaled from "
        "the sample).",
        "The gradient of a summed loss holds every image's own gradient.",
    ),
    Finding(
        "1,000 correctly classified images were tested at each ε.",
        "Which numbers of images the four printed success rates, two decimals each, can be shares "
        "of.",
        "{sample} and no other number up to 1,000.",
        "The first 1,000 images were taken and those read wrongly left out: what is called "
        "accuracy is a share of the rest.",
    ),
    Finding(
        "sign(0) = -1.",
        "FGSM with sign(0) = -1 and with sign(0) = 0.",
        "{zero-gradients} of all pixels have a gradient of exactly 0; with -1, "
        "{sign-of-zero-change} more images are left.",
        "A pixel without influence should stay; here there are hardly any.",
    ),
)
