"""A class that keeps the attack's state, and a while loop."""


class Climber:
    def __init__(self, model, images, labels, epsilon, step_size):
        self.model, self.clean, self.labels = model, images.detach(), labels
        self.epsilon, self.step_size = epsilon, step_size
        self.point = self.clean.clone()

    def jump(self, generator):
        noise = torch.empty_like(self.clean).uniform_(
            -self.epsilon, self.epsilon, generator=generator
        )
        self.point = self.inside(self.clean + noise)

    def inside(self, point):
        return (self.clean + (point - self.clean).clamp(-self.epsilon, self.epsilon)).clamp(0, 1)

    def step(self):
        gradient = loss_gradient(self.model, self.point, self.labels)
        self.point = self.inside(self.point + self.step_size * gradient.sign())


def pgd(
    model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None
):
    climber = Climber(model, images, labels, epsilon, step_size)
    if random_start:
        climber.jump(generator)
    while steps > 0:
        climber.step()
        steps -= 1
    return climber.point
