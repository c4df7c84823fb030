"""The patch is padded to the image and chosen by a mask; Adam moves it."""


def apply_patch(patch, images, rows, columns):
    size, side = patch.shape[-1], images.shape[-1]
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) > side - size:
        raise ValueError("the patch sticks out")
    layers = []
    for row, column in zip(rows.tolist(), columns.tolist()):
        around = (column, side - size - column, row, side - size - row)
        layers.append(F.pad(torch.stack([patch, torch.ones_like(patch)]), around))
    both = torch.stack(layers)
    return torch.where(both[:, 1] == 1, both[:, 0], images)


def train_patch(model, images, target, size, *, steps, wobble=2, step_size=0.05, seed=0):
    generator = torch.Generator().manual_seed(seed)
    patch = torch.full((images.shape[1], size, size), 0.5, requires_grad=True)
    optimizer = torch.optim.Adam([patch], lr=step_size)
    goal = torch.full((len(images),), target)
    middle = (images.shape[-1] - size) // 2
    kept = [(weight, weight.requires_grad) for weight in model.parameters()]
    for weight, _ in kept:
        weight.requires_grad_(False)
    for _ in range(steps):
        places = middle + torch.randint(-wobble, wobble + 1, (2, len(images)), generator=generator)
        with evaluating(model):
            loss = F.cross_entropy(model(apply_patch(patch, images, *places)), goal)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        patch.data.clamp_(0, 1)
    for weight, wanted in kept:
        weight.requires_grad_(wanted)
    return patch.detach()
