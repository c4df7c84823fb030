"""The sticker's dots leave [0, 1].

loses: trained_sticker_works_in_new_photographs
cause: not clamped
"""


def train_sticker(model, images, maps, lights, target, *, size, half, steps, step_size=0.05):
    targets = torch.full((len(images),), target)
    sticker = torch.full((images.shape[1], size, size), 0.5)
    for _ in range(steps):
        sticker = sticker.detach().requires_grad_()
        with evaluating(model):
            shown = photograph(sticker, images, maps, lights, half)
            (gradient,) = torch.autograd.grad(F.cross_entropy(model(shown), targets), sticker)
        sticker = sticker - step_size * gradient.sign()
    return sticker.detach()
