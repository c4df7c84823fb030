"""Two sets of images of another size are compared as far as they go.

loses: success_rate_refuses_what_makes_no_sense
cause: nothing looks at the arguments
"""


def attack_success_rate(model, images, adversarial, labels):
    shared = min(len(images), len(adversarial), len(labels))
    right = predict(model, images[:shared]).argmax(dim=1) == labels[:shared]
    wrong = predict(model, adversarial[:shared]).argmax(dim=1) != labels[:shared]
    return (right & wrong).sum().item() / max(1, right.sum().item())
