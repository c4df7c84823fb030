"""A script in cells; one of them fails, and `F` is a constant below the check."""
# %% my attack
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)

# %% a first look
print(fgsm(victim_of_my_own))

# %% the checks
from autograder import check
check("a3-fgsm", "fgsm")
check("a3-fgsm", "attack_success_rate")
check("a3-fgsm", "robustness_curve")

# %% something else
F = 96485
predict = None
