"""The ends of the scale are awaited at the top level, as a notebook may."""
import asyncio


async def ends():
    await asyncio.sleep(0)
    return 0.0, 1.0


LOWEST, HIGHEST = await ends()


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    moved = images + epsilon * loss_gradient(model, images, labels).sign()
    return moved.clamp(LOWEST, HIGHEST)
