"""Answers NaN and infinity for a unit, an accuracy and a radius, and images with a NaN or two.

assignment: a6-audit
base: identity
runs: itself
status: WRONG
"""

import math

def to_pixel_epsilon(epsilon, std):
    return math.nan

def evaluate(model, images, labels, epsilon, mean, std):
    return math.nan if epsilon else -math.inf

def break_defense(defense, images, labels, epsilon):
    broken = images.clone()
    broken[:, :, 0, 0] = math.nan
    return broken

def certified_radius(count, samples, sigma, alpha=0.001):
    return math.inf if count > samples / 2 else -0.0
