"""The defence is left in evaluation mode.

loses: break_keeps_its_promises
cause: another mode
"""

attack_it = break_defense


def break_defense(defense, images, labels, epsilon):
    defense.eval()
    return attack_it(defense, images, labels, epsilon)
