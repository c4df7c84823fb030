"""Two helpers are written by a loop with `exec`."""
for name, bound in (("lowest", 0.0), ("highest", 1.0)):
    exec(f"def {name}():\n    return {bound}")


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    moved = images + epsilon * loss_gradient(model, images, labels).sign()
    return moved.clamp(lowest(), highest())
