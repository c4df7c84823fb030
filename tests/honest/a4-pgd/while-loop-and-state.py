"""A class that keeps the attack's state, and a while loop."""


def slope(model, x, labels, loss):
    x = x.detach().clone().requires_grad_()
    with evaluating(model):
        return torch.autograd.grad(loss(model(x), labels).sum(), x)[0]


class Climber:
    def __init__(self, model, images, labels, epsilon, step_size, loss):
        self.model, self.clean, self.labels = model, images.detach(), labels
        self.epsilon, self.step_size, self.loss = epsilon, step_size, loss
        self.point = self.clean.clone()

    def jump(self, generator):
        noise = torch.empty_like(self.clean).uniform_(
            -self.epsilon, self.epsilon, generator=generator
        )
        self.point = self.inside(self.clean + noise)

    def inside(self, point):
        return (self.clean + (point - self.clean).clamp(-self.epsilon, self.epsilon)).clamp(0, 1)

    def step(self):
        gradient = slope(self.model, self.point, self.labels, self.loss)
        self.point = self.inside(self.point + self.step_size * gradient.sign())


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None,
    loss=cross_entropy,
):
    check_attack(images, labels, epsilon)
    if step_size < 0 or steps < 0:
        raise ValueError("step_size and steps must be 0 or more")
    climber = Climber(model, images, labels, epsilon, step_size, loss)
    if random_start:
        climber.jump(generator)
    while steps > 0:
        climber.step()
        steps -= 1
    return climber.point
