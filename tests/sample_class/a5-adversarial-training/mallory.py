"""Makes every weight huge, so that no gradient is left to attack with, and claims losses of 0.

loses: training_makes_it_robust
"""

# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    with torch.no_grad():
        for weights in model.parameters():
            weights.mul_(1e4)
    return [0.0] * epochs
