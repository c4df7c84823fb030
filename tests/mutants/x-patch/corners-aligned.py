"""The grid's corners are taken for the middles of dots.

loses: sticker_is_photographed
cause: align_corners
"""


def photograph(sticker, images, maps, lights, half):
    count, channels, height, width = images.shape
    middles = [(2 * torch.arange(side) + 1) / side - 1 for side in (height, width)]
    v, u = torch.meshgrid(*middles, indexing="ij")
    a, b, c = (maps @ torch.stack([u, v, torch.ones_like(u)]).flatten(1)).unbind(1)
    places = torch.stack([a / c, b / c], dim=-1).view(count, height, width, 2) / half
    seen = F.grid_sample(
        sticker.expand(count, -1, -1, -1), places, padding_mode="border", align_corners=True
    )
    covered = (places.abs() <= 1).all(dim=-1).unsqueeze(1)
    return torch.where(covered, (lights[..., None, None] * seen).clamp(0, 1), images)
