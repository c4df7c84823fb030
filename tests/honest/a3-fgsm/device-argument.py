"""Moves everything to a device that it picks, and back."""
device = "cuda" if torch.cuda.is_available() else "cpu"


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    model = model.to(device)
    x, y = images.to(device), labels.to(device)
    return (x + epsilon * loss_gradient(model, x, y).sign()).clamp(0, 1).to(images.device)
