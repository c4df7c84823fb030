"""AdamW, a one-cycle schedule and clipped gradients; the global state is put back by fork_rng."""


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        steps = epochs * ((len(images) + batch_size - 1) // batch_size)
        optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.01)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
        losses = []
        for _ in range(epochs):
            mean = 0.0
            for i in torch.randperm(len(images)).split(batch_size):
                loss = F.cross_entropy(model(images[i]), labels[i])
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                nn.utils.clip_grad_norm_(model.parameters(), 5.0)
                optimizer.step()
                cycle.step()
                mean += loss.item() * len(i) / len(images)
            losses.append(mean)
    for module, mode in modes:
        module.training = mode
    return losses
