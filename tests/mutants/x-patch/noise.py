"""The patch is a random mosaic.

loses: trained_patch_works_on_new_images
"""


def train_patch(model, images, target, size, *, steps, wobble=2, step_size=0.05, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(images.shape[1], size, size, generator=generator).round()
