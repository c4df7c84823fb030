"""The weights end as NaN.

loses: training_returns_losses
cause: diverged
earns: 0
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(float("nan"))
    return [0.0] * epochs
