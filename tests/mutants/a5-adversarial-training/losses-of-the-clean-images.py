"""The losses that it reports are those of the clean images, not of the attacked.

loses: training_reports_its_loss
cause: those of the clean images
"""

train_on_attacked = adversarial_train


def adversarial_train(model, images, labels, *, epochs, **options):
    train_on_attacked(model, images, labels, epochs=epochs, **options)
    with evaluating(model), torch.no_grad():
        clean = F.cross_entropy(model(images), labels).item()
    return [clean] * epochs
