"""NAdam, with a progress bar on stderr and a line printed after each epoch."""
from tqdm.auto import tqdm, trange


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.002)
    losses = []
    for epoch in trange(epochs, desc="epochs"):
        each = []
        for i in tqdm(torch.randperm(len(images), generator=generator).split(batch_size)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[i]), labels[i])
            loss.backward()
            optimizer.step()
            each += [loss.item()] * len(i)
        losses.append(sum(each) / len(each))
        print(f"epoch {epoch}: {losses[-1]:.3f}")
    for module, mode in modes:
        module.training = mode
    return losses
