"""The sticker is a random mosaic.

loses: first_step_is_averaged_over_the_photographs,
    trained_sticker_works_in_new_photographs
"""


def train_sticker(model, images, maps, lights, target, *, size, half, steps, step_size=0.05):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(images.shape[1], size, size, generator=generator).round()
