"""New tensors are in double precision by default; images and networks come as they are."""

torch.set_default_dtype(torch.float64)


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = torch.tensor(float(epsilon)).to(images.dtype)
    return (images.detach() + step * loss_gradient(model, images, labels).sign()).clamp(0, 1)
