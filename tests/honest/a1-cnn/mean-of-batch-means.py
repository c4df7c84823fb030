"""The mean of the batches' losses, by statistics.mean, with a progress bar on stderr."""
from statistics import mean

from tqdm.auto import tqdm, trange


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.NAdam(model.parameters(), lr=0.002)
    losses = []
    for epoch in trange(epochs, desc="epochs"):
        batches = []
        for i in tqdm(torch.randperm(len(images), generator=generator).split(batch_size)):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[i]), labels[i])
            loss.backward()
            optimizer.step()
            batches.append(loss.item())
        print(f"epoch {epoch}: {mean(batches):.3f}")
        losses.append(mean(batches))
    return losses
