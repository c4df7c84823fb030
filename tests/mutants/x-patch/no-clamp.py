"""The patch leaves the range of pixels.

loses: trained_patch_is_a_patch
cause: not clamped
"""


def train_patch(model, images, target, size, *, steps, wobble=2, step_size=0.05, seed=0):
    middle = (images.shape[-1] - size) // 2
    generator = torch.Generator().manual_seed(seed)
    targets = torch.full((len(images),), target)
    patch = torch.full((images.shape[1], size, size), 0.5)
    for _ in range(steps):
        off = torch.randint(-wobble, wobble + 1, (2, len(images)), generator=generator)
        patch = patch.detach().requires_grad_()
        with evaluating(model):
            loss = F.cross_entropy(model(apply_patch(patch, images, *(middle + off))), targets)
        (gradient,) = torch.autograd.grad(loss, patch)
        patch = patch - step_size * gradient.sign()
    return patch.detach()
