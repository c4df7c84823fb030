"""The weights are changed at random and nothing is learned.

loses: training_makes_it_robust
cause: nothing was learned
earns: 0
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    torch.manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight += 0.01 * torch.randn_like(weight)
    return [0.0] * epochs
