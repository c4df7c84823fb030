"""Takes gradients with torch.func, one per image, of a cross-entropy written out by hand.

loses: fgsm_refuses_what_makes_no_sense, success_rate_refuses_what_makes_no_sense,
       curve_refuses_what_makes_no_sense
saved as: notebook with BOM
"""

# %%
from contextlib import contextmanager

from torch.func import functional_call, grad, vmap


@contextmanager
def frozen(net):
    """Evaluation mode for a moment."""
    modes = {m: m.training for m in net.modules()}
    net.eval()
    try:
        yield {**dict(net.named_parameters()), **dict(net.named_buffers())}
    finally:
        for m, mode in modes.items():
            m.training = mode


# %% fgsm
def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    with frozen(model) as weights:

        def surprise(image, label):
            logits = functional_call(model, weights, (image[None],))
            return -logits.log_softmax(dim=-1)[0].gather(0, label[None]).sum()

        gradients = vmap(grad(surprise))(images, labels)
    return torch.clamp(images + epsilon * gradients.sign(), min=0, max=1).detach()


# %% attack_success_rate
def attack_success_rate(
    model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> float:
    clean, attacked = predict(model, images), predict(model, adversarial)
    was_right = clean.argmax(1) == labels
    fooled = [
        bool(prediction != label)
        for prediction, label, counts in zip(attacked.argmax(1), labels, was_right)
        if counts
    ]
    return sum(fooled) / max(len(fooled), 1)


# %% robustness_curve
def robustness_curve(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
) -> list[float]:
    return [accuracy(model, fgsm(model, images, labels, e), labels) for e in epsilons]
