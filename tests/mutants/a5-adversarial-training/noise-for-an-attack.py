"""Random noise within epsilon takes the attack's place.

loses: training_makes_it_robust
cause: no more robust than a plainly trained network
"""


def pgd(model, images, labels, epsilon, *, step_size, steps, generator=None):
    noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
    return (images + noise).clamp(0, 1)
