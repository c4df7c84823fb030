"""Takes the gradient with the network in the mode it happens to be in.

loses: fgsm_treats_each_image_alone
cause: dropout was active
"""


def loss_gradient(model, images, labels):
    x = images.detach().clone().requires_grad_()
    loss = F.cross_entropy(model(x), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]
