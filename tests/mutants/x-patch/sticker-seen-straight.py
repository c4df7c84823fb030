"""The sticker is learnt straight and in even light.

loses: first_step_is_averaged_over_the_photographs,
    trained_sticker_works_in_new_photographs
cause: straight and in even light
"""


def train_sticker(model, images, maps, lights, target, *, size, half, steps, step_size=0.05):
    maps = torch.diag(torch.tensor([1 / 0.9, 1 / 0.9, 1])).expand_as(maps)
    lights = torch.ones_like(lights)
    targets = torch.full((len(images),), target)
    sticker = torch.full((images.shape[1], size, size), 0.5)
    for _ in range(steps):
        sticker = sticker.detach().requires_grad_()
        with evaluating(model):
            shown = photograph(sticker, images, maps, lights, half)
            (gradient,) = torch.autograd.grad(F.cross_entropy(model(shown), targets), sticker)
        sticker = (sticker - step_size * gradient.sign()).clamp(0, 1)
    return sticker.detach()
