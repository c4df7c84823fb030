"""Assignment 1: build, train and measure a convolutional network."""
