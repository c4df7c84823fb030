"""Cross-entropy written out as nll_loss of log_softmax, summed."""
from torch.nn.functional import log_softmax, nll_loss


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_(True)
    with evaluating(model):
        loss = nll_loss(log_softmax(model(x), dim=-1), labels, reduction="sum")
    (g,) = torch.autograd.grad(loss, (x,))
    return torch.clamp(images + epsilon * torch.sign(g), 0, 1)
