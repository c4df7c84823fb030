"""A copy is trained and thrown away.

loses: training_makes_it_robust
cause: not trained in place
earns: 0
"""
import copy


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    own = copy.deepcopy(model)
    optimizer = torch.optim.Adam(own.parameters())
    losses = []
    for _ in range(epochs):
        loss = F.cross_entropy(own(fgsm(own, images[:64], labels[:64], epsilon)), labels[:64])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
