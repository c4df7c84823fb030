"""What report 004 says, number by number, and where: "Adversarial Attacks on ResNet".

Places name the section and the line of the published text. Epsilons are printed on the scale
[-1, 1]; `epsilon` is half of that, in pixels.
"""

from __future__ import annotations

from solutions.reproductions.record import Published

# Attack success rates and confidences it gives with two decimals, all of them shares of one
# number of images.
PRINTED_PERCENTAGES = (11.33, 40.61, 67.14, 89.39)

PUBLISHED: tuple[Published, ...] = ()
