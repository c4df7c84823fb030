"""A perturbation as the variable, kept within its bounds before it is added."""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    delta = torch.zeros_like(images, requires_grad=True)
    with evaluating(model):
        loss = F.cross_entropy(model(images + delta), labels)
        gradient = torch.autograd.grad(loss, delta)[0]
    with torch.no_grad():
        delta = torch.max(torch.min(epsilon * gradient.sign(), 1 - images), -images)
    return torch.clip(images + delta, 0, 1)
