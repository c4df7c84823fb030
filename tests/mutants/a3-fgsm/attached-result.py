"""The result hangs on the graph: attacked once more, it has no gradient of its own.

loses: fgsm_leaves_no_trace
cause: still attached to the graph
"""


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    images = images.clone()
    images.requires_grad = True
    with evaluating(model):
        F.cross_entropy(model(images), labels).backward()
    direction = images.grad.sign()
    model.zero_grad()
    return (images + epsilon * direction).clamp(0, 1)
