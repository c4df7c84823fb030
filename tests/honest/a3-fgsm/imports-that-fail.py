"""Packages that only the student has are imported on top, and used for what is not graded.

saved as: notebook
"""

# %%
# %pip install seaborn_of_my_own
# !ls
from drive_of_my_own import mount, unmount as away
import seaborn_of_my_own.themes as themes, math
from seaborn_of_my_own import *

mount("/content/drive")
themes.set_theme("dark")
table = themes.load("x")


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)


def my_plot(values: themes.Values) -> themes.Figure:
    return themes.draw(values)

# %%
my_plot(table)
