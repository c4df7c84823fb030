"""The places are drawn from the global random state.

loses: trained_patch_is_seeded
cause: the global random state
"""


def train_patch(model, images, target, size, *, steps, wobble=2, step_size=0.05, seed=0):
    middle = (images.shape[-1] - size) // 2
    generator = None
    targets = torch.full((len(images),), target)
    patch = torch.full((images.shape[1], size, size), 0.5)
    for _ in range(steps):
        off = torch.randint(-wobble, wobble + 1, (2, len(images)), generator=generator)
        patch = patch.detach().requires_grad_()
        with evaluating(model):
            loss = F.cross_entropy(model(apply_patch(patch, images, *(middle + off))), targets)
        (gradient,) = torch.autograd.grad(loss, patch)
        patch = (patch - step_size * gradient.sign()).clamp(0, 1)
    return patch.detach()
