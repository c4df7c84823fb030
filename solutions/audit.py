"""Assignment 6: units put right, an evaluation to rely on, two defences broken, one radius proved.

Everything here is measured in pixels: the normalisation of a network becomes its first layer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import torch
from scipy.special import betaincinv
from torch import Tensor, nn

from course.attacks import margin_loss, pgd
from course.defences import Defence
from course.inputs import check_count, check_image, check_size
from course.metrics import evaluating, logits_of, predict
from course.models import Normalize
from solutions.fgsm import check_attack
from solutions.pgd import cross_entropy

STEPS = 20
RESTARTS = 2


def to_pixel_epsilon(epsilon: float, std: float | Sequence[float] | Tensor) -> float:
    """Return the largest change of a pixel that an epsilon on normalised images allows.

    Normalised images are z = (x - mean) / std, so a change of z by epsilon is one of x by
    epsilon * std; of several channels the one with the largest std may move furthest. For images
    on [-1, 1] the std is 1/2, for pixels from 0 to 255 it is 1/255.

    epsilon >= 0 in normalised units; std > 0 in pixel units, one number or one per channel, a
    tensor of any shape too.
    Returns pixel units. Raises ValueError for anything else, or nothing to convert by.
    """
    stds = torch.as_tensor(std, dtype=torch.float64).flatten().tolist()
    if not (0 <= epsilon < math.inf):
        raise ValueError(f"epsilon must be a finite number >= 0, got {epsilon}")
    if not stds or not all(0 < each < math.inf for each in stds):
        raise ValueError(f"every std must be a finite number > 0, got {std}")
    return epsilon * max(stds)


def evaluate(  # noqa: PLR0917  mean and std belong to the model as much as its weights do
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    mean: Sequence[float],
    std: Sequence[float],
) -> float:
    """Return the robust accuracy of a model that takes normalised images.

    With the normalisation as a layer in front, images, epsilon and the range [0, 1] are all in
    pixel units and nothing is left to convert. An image counts if the model is right about it
    clean, and after PGD on the cross-entropy and on the margin, each from several random starts:
    an upper bound on robust accuracy that scaled logits cannot raise.

    model: takes (images - mean) / std, returns logits, left as it was. images (n, C, H, W) in
    [0, 1]; labels (n,); epsilon >= 0 in pixel units; mean and std per channel. Raises ValueError
    for an empty set, an epsilon that is negative or not finite, labels of another shape, images or
    an epsilon in other units, and a mean or std that `Normalize` refuses or that are not those of
    as many channels; CourseError where the model or its gradient is NaN.
    """
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images: 0/0 is no accuracy")
    with torch.inference_mode(False):  # a layer made in inference mode could not be attacked
        on_pixels = nn.Sequential(Normalize(mean, std), model)
    survived = predict(on_pixels, images).argmax(dim=1) == labels
    for loss in [cross_entropy, margin_loss] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(on_pixels, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss)
        survived &= predict(on_pixels, attacked).argmax(dim=1) == labels
    return survived.double().mean().item()


class StraightThrough(nn.Module):
    """The network behind a defence, shown what the defence shows it, with a gradient to follow.

    Backward pass differentiable approximation, with the identity as the approximation (Athalye et
    al. 2018): a transformation t with t(x) near x, but a useless gradient, is taken for t(x) = x on
    the way back only. What the defence does to the logits afterwards is left out: here it changes
    no answer, only gradients.
    """

    def __init__(self, defense: Defence) -> None:
        super().__init__()
        self.defense = defense

    def forward(self, images: Tensor) -> Tensor:
        """Images (n, C, H, W) to the logits before the defence decides."""
        change = (self.defense.transform(images) - images).detach()
        return self.defense.model(images + change)


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Return images that the defence gets wrong, wherever one was found within epsilon.

    An adaptive attack looks at what hides the gradient, and goes round it: PGD on the network
    behind, through the transformation as if it were not there, on the margin and the cross-entropy
    of unscaled logits. The defence itself decides whether an image is broken; the first change that
    breaks an image is returned.

    defense: `decide(model(transform(images)))`, left as it was. images (n, C, H, W) in [0, 1];
    labels (n,); epsilon >= 0 in pixel units. The result is detached, in [0, 1] and within epsilon.
    Raises ValueError for an epsilon that is negative or not finite, labels of another shape, and
    images or an epsilon in other units.
    """
    check_attack(images, labels, epsilon)
    seen_through = StraightThrough(defense)
    best = images.detach().clone()
    for loss in [margin_loss, cross_entropy] * RESTARTS:
        step = 2.5 * epsilon / STEPS
        attacked = pgd(
            seen_through, images, labels, epsilon, step_size=step, steps=STEPS, loss=loss
        )
        broken = predict(defense, attacked).argmax(dim=1) != labels
        best[broken] = attacked[broken]
    return best


def certified_radius(count: int, samples: int, sigma: float, alpha: float = 0.001) -> float:
    """Return the L2 radius in which the smoothed classifier's answer is certain; 0.0 to abstain.

    The smoothed classifier answers with the class that the network gives most often to images with
    normal noise of deviation sigma on every pixel. `count` of `samples` noisy copies got that
    class; with p a lower bound of its probability that holds with confidence 1 - alpha
    (Clopper & Pearson 1934, one-sided: the alpha quantile of Beta(count, samples - count + 1)),

        R = sigma * Phi^-1(p)  if p > 1/2, else nothing is certain

    (Cohen, Rosenfeld & Kolter 2019, theorem 1 and CERTIFY). The class must have been chosen with
    other noise than it was counted with. R is in pixel units, in the Euclidean norm.

    Whole numbers 0 <= count <= samples, samples >= 1; sigma > 0 and finite, in pixel units; 0 <
    alpha < 1. Raises ValueError for anything else, NaN too.
    """
    check_count(samples, "samples")
    check_count(count, "count", least=0)
    if count > samples:
        raise ValueError(f"count must be from 0 to samples, got {count} of {samples}")
    if not (0 < sigma < math.inf and 0 < alpha < 1):
        raise ValueError(f"sigma must be > 0 and alpha between 0 and 1, got {sigma} and {alpha}")
    lower = betaincinv(count, samples - count + 1, alpha) if count > 0 else 0.0
    lower = min(lower, math.nextafter(1, 0))  # where rounding made it 1, which would prove too much
    return sigma * NormalDist().inv_cdf(lower) if lower > 0.5 else 0.0


# --- smoothing, and an attack on it -------------------------------------------------------------


def noisy_votes(
    model: nn.Module, image: Tensor, sigma: float, samples: int, generator: torch.Generator
) -> Tensor:
    """Return how often each class is answered to noisy copies of one image: (k,), int64.

    image (C, H, W) in [0, 1], or what `attack_smoothed` made of one; sigma > 0 in pixel units. The
    copies are not clamped to [0, 1]: the proof of the radius needs the whole of the normal
    distribution. Raises ValueError for an image or a sigma in other units, a batch of images, and
    for fewer than one sample.
    """
    check_image(image.clamp(0, 1))
    outside = (image - image.clamp(0, 1)).abs().max().item()  # an attack in a ball may go there
    check_size(outside, "how far the image's pixels lie outside [0, 1]")
    check_size(sigma, "sigma")
    check_count(samples, "samples")
    noise = torch.randn((samples, *image.shape), generator=generator, dtype=image.dtype)
    logits = predict(model, image + sigma * noise)
    return logits.argmax(dim=1).bincount(minlength=logits.shape[1])


def attack_smoothed(
    model: nn.Module,
    image: Tensor,
    label: int,
    radius: float,
    sigma: float,
    *,
    steps: int = 20,
    samples: int = 64,
    generator: torch.Generator,
) -> Tensor:
    """Return an image at most `radius` away in L2 on which the class `label` gets fewer votes.

    Gradient ascent on the mean margin over noisy copies (expectation over transformation, Athalye
    et al. 2018), with steps along the gradient itself and a projection onto the Euclidean ball:
    what is outside is brought back along the straight line to the image. No clamp to [0, 1], since
    the radius is certified without one: the stronger attacker is tried.

    image (C, H, W) in [0, 1]; radius >= 0 and sigma > 0 in pixel units; steps >= 0; samples >= 1.
    The result is detached. Raises ValueError for an image, a radius or a sigma in other units, a
    batch of images, other counts, and a label that is no class of the model; CourseError where the
    model or its gradient is NaN.
    """
    check_image(image)
    furthest = math.sqrt(image.numel())
    check_size(radius, "radius", largest=furthest)
    check_size(sigma, "sigma")
    check_count(steps, "steps", least=0)
    check_count(samples, "samples")
    image = image.detach()
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        labels = torch.full((samples,), label)
        change = torch.zeros_like(image)
        for _ in range(steps):
            change.requires_grad_()
            draw = torch.randn((samples, *image.shape), generator=generator, dtype=image.dtype)
            noise = sigma * draw
            loss = margin_loss(logits_of(model, image + change + noise), labels).mean()
            (gradient,) = torch.autograd.grad(loss, change)
            step = 2.5 * radius / steps * gradient / gradient.norm().clamp(min=1e-12)
            change = change.detach() + step
            change = change * (radius / change.norm().clamp(min=1e-12)).clamp(max=1.0)
        return image + change.detach()
