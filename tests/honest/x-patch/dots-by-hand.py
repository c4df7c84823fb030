"""The dots are mixed by hand, without grid_sample, and Adam moves the sticker."""


def photograph(sticker, images, maps, lights, half):
    height, width = images.shape[-2:]
    size = sticker.shape[-1]
    pictures = []
    for image, view, light in zip(images, maps.double(), lights):
        v = torch.arange(height, dtype=torch.float64).add(0.5).mul(2 / height).sub(1)[:, None]
        u = torch.arange(width, dtype=torch.float64).add(0.5).mul(2 / width).sub(1)[None, :]
        a, b, c = (row[0] * u + row[1] * v + row[2] for row in view)
        x, y = a / c / half, b / c / half
        column = ((x + 1) * size / 2 - 0.5).clamp(0, size - 1)
        row = ((y + 1) * size / 2 - 0.5).clamp(0, size - 1)
        left, top = column.floor().long(), row.floor().long()
        right, bottom = (left + 1).clamp(max=size - 1), (top + 1).clamp(max=size - 1)
        across, down = (column - left).float(), (row - top).float()
        upper = sticker[:, top, left] * (1 - across) + sticker[:, top, right] * across
        lower = sticker[:, bottom, left] * (1 - across) + sticker[:, bottom, right] * across
        seen = (upper * (1 - down) + lower * down) * light[:, None, None]
        on = (x.abs() <= 1) & (y.abs() <= 1)
        pictures.append(torch.where(on, seen.clamp(max=1.0), image))
    return torch.stack(pictures)


def train_sticker(model, images, maps, lights, target, *, size, half, steps, step_size=0.05):
    sticker = torch.full((images.shape[1], size, size), 0.5, requires_grad=True)
    optimizer = torch.optim.Adam([sticker], lr=step_size)
    goal = torch.full((len(images),), target)
    for _ in range(steps):
        with evaluating(model):
            loss = F.cross_entropy(model(photograph(sticker, images, maps, lights, half)), goal)
        (sticker.grad,) = torch.autograd.grad(loss, sticker)
        optimizer.step()
        sticker.data.clamp_(0, 1)
    return sticker.detach()
