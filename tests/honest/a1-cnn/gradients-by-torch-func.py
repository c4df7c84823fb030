"""Trains a dictionary of weights with torch.func, and copies them into the model at the end."""
from torch.func import functional_call, grad_and_value


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("one label for each image, and at least one image")
    check_count(epochs, "epochs")
    check_count(batch_size, "batch_size")
    check_images(images)
    check_labels(images, labels)
    names = list(dict(model.named_parameters()))
    weights = {n: p.detach().clone() for n, p in model.named_parameters()}
    first = {n: torch.zeros_like(w) for n, w in weights.items()}
    second = {n: torch.zeros_like(w) for n, w in weights.items()}
    modes = [(m, m.training) for m in model.modules()]
    dice, t, said = torch.Generator().manual_seed(seed), 0, []
    model.train()
    def cost(ws, x, y): return F.cross_entropy(functional_call(model, ws, (x,)), y)
    climb = grad_and_value(cost)
    for _ in range(epochs):
        total = 0.0
        for rows in torch.randperm(len(images), generator=dice).split(batch_size):
            with torch.enable_grad():
                g, value = climb(weights, images[rows], labels[rows])
            t += 1
            for n in names:
                first[n] = 0.9 * first[n] + 0.1 * g[n].detach()
                second[n] = 0.999 * second[n] + 0.001 * g[n].detach() ** 2
                weights[n] = weights[n] - 2e-3 * (first[n] / (1 - 0.9 ** t)) / ((second[n] / (1 - 0.999 ** t)).sqrt() + 1e-8)
            total += value.item() * len(rows)
        said.append(total / len(images))
    with torch.no_grad():
        for n, p in model.named_parameters(): p.copy_(weights[n])
    for m, was in modes: m.training = was
    return said
