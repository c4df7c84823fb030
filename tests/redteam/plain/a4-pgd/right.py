import torch
import torch.nn.functional as F


def project(images, moved, epsilon):
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    x = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        x = project(images, images + noise, epsilon)
    for _ in range(steps):
        x.requires_grad_()
        total = F.cross_entropy(model(x), labels, reduction="sum")
        (gradient,) = torch.autograd.grad(total, x)
        x = project(images, x.detach() + step_size * gradient.sign(), epsilon)
    for module, training in modes:
        module.training = training
    return x.detach()


def margin_loss(logits, labels):
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    return logits.masked_fill(is_true, float("-inf")).amax(dim=1) - logits[is_true]


def predictions(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        predicted = model(images).argmax(dim=1)
    model.train(was_training)
    return predicted


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    survived = predictions(model, images) == labels
    for attack in attacks:
        x = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predictions(model, x) == labels
    return survived.float().mean().item()
