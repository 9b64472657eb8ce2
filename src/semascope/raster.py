"""Raster: a great many dots as one image, in which density shows instead of the last dot drawn.

Dots that overlap are blended in no order: the color of a pixel is the mean of the dots on it, its
opacity grows with their number. So the image has one size, whatever the number of dots.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import convolve

FloatArray = NDArray[np.float32]


def paint(
    pixels: FloatArray,
    colors: FloatArray,
    index: NDArray[np.integer],
    shape: tuple[int, int],
    diameter: float,
    opacity: float,
) -> NDArray[np.uint8]:
    """Return an image of N dots.

    Parameters
    ----------
    pixels : ndarray of shape (N, 2), float32
        Column and row of each dot's middle, in pixels from the top left corner.
    colors : ndarray of shape (P, 3), float32
        Red, green and blue in [0, 1].
    index : ndarray of shape (N,), int
        Which of the colors a dot has.
    shape : (int, int)
        Height and width of the image; dots beyond it are left out.
    diameter : float
        Of a dot, in pixels.
    opacity : float
        Of a dot, in (0, 1).

    Returns
    -------
    ndarray of shape (height, width, 4), uint8
        Red, green, blue and opacity.
    """
    height, width = shape
    column, row = np.floor(pixels).astype(np.intp).T
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    cell, index = (row * width + column)[inside], index[inside]  # (N,)
    stamp = _disc(diameter)

    def spread(weights: FloatArray | None) -> FloatArray:
        sums = np.bincount(cell, weights, minlength=height * width).astype(np.float32)
        return np.asarray(convolve(sums.reshape(shape), stamp, mode="constant"), np.float32)

    dots = spread(None)  # (height, width), how many lie on each pixel
    image = np.empty((height, width, 4), dtype=np.uint8)
    for channel in range(3):
        mean = spread(colors[index, channel]) / np.maximum(dots, 1e-6)
        image[..., channel] = np.rint(np.clip(mean, 0, 1) * 255)
    image[..., 3] = np.rint((1 - (1 - opacity) ** dots) * 255)
    return image


def _disc(diameter: float) -> FloatArray:
    """Return how much of each pixel a dot covers, its middle in the middle one."""
    radius = diameter / 2
    reach = int(np.ceil(radius + 0.5))
    step = np.arange(-reach, reach + 1)
    distance = np.hypot(step[:, None], step)
    cover = np.clip(radius + 0.5 - distance, 0, 1)
    cover *= np.pi * radius**2 / cover.sum()  # a dot smaller than a pixel is a fainter one
    return cover.astype(np.float32)
