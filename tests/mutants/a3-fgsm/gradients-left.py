"""loss.backward() leaves its gradients on the weights.

loses: fgsm_leaves_no_trace
cause: loss.backward() fills the gradients of the weights
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    x = images.clone().requires_grad_()
    with evaluating(model):
        F.cross_entropy(model(x), labels).backward()
    return (images + epsilon * x.grad.sign()).clamp(0, 1)
