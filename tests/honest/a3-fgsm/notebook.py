"""A notebook with magics, plots, a broken experiment and cells of its own.

saved as: notebook
"""

# %%
# %matplotlib inline
# !pip list | head -1
import matplotlib.pyplot as plt

# %%
plt.plot([0, 1], [1, 0])
plt.show()

# %%
# %%time
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    return (images + epsilon * loss_gradient(model, images, labels).sign()).clamp(0, 1)

# %%
undefined_name.plot()

# %%
plt.imshow(undefined_image)
for i in range(10):
    print(i)
