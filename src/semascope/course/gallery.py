"""What chapter 11 shows beside text: photos with captions, handwritten digits, a tune.

The photos come with scikit-learn and matplotlib, the digits with scikit-learn (from UCI's optical
recognition of handwritten digits); the tune is computed.
"""

from __future__ import annotations

import gzip
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial.distance import cdist

from semascope.cartography import Box
from semascope.errors import InvalidValue
from semascope.plot.paper import MARGIN, SMALL, WIDTH, Picture, Sheet, measure, wrap

FloatArray = NDArray[np.float64]

# Photos: file, what a person who saw it wrote, whose it is.
CAPTIONS = (
    ("china.jpg", "a temple with a curved roof", "danielbuechele, CC BY 2.0"),
    ("flower.jpg", "a dahlia in bloom", "vultilion, CC BY 2.0"),
    ("grace_hopper.jpg", "a portrait of a navy officer", "US Navy, public domain"),
    ("Minduka_Present_Blue_Pack.png", "a wrapped present", "matplotlib sample data"),
    ("s1045.ima.gz", "a scan of a head in a hospital", "matplotlib sample data"),
)
SCAN = 256  # pixels, the side of the scan

SIDE = 8  # pixels, the side of a digit
CODE = 8  # numbers that the net makes of a digit's 64
HIDDEN = 128
EPOCHS, BATCH, STEP = 150, 128, 3e-3  # two seconds; more make the pictures little sharper

RATE = 8_000  # samples a second
BEAT = RATE // 4  # samples
NOTES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
A4, OCTAVE = 440.0, 12  # Hz; half-tones
# Frère Jacques: each note for one beat, a number behind it for more.
TUNE = (
    "C4 D4 E4 C4 C4 D4 E4 C4 E4 F4 G4:2 E4 F4 G4:2 G4 A4 G4 F4 E4 C4 G4 A4 G4 F4 E4 C4 C4 G3 C4:2"
)


class Photo(NamedTuple):
    """A picture and what is written about it."""

    image: NDArray[Any]  # (height, width) or (height, width, 3 or 4)
    caption: str
    credit: str


@cache
def photos() -> tuple[Photo, ...]:
    """Return five pictures with captions."""
    return tuple(Photo(_image(name), caption, credit) for name, caption, credit in CAPTIONS)


def _image(name: str) -> NDArray[Any]:
    from PIL import Image
    from sklearn.datasets import load_sample_image

    if name in ("china.jpg", "flower.jpg"):
        return np.asarray(load_sample_image(name))
    path = Path(mpl.get_data_path(), "sample_data", name)
    if name.endswith(".gz"):
        with gzip.open(path) as file:
            return np.frombuffer(file.read(), np.uint16).reshape(SCAN, SCAN)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def row(
    images: Sequence[ArrayLike], names: Sequence[str], *, title: str, caption: str = ""
) -> Picture:
    """Draw some images beside each other, each with a name below.

    Parameters
    ----------
    images : sequence of N array_like
        (height, width) for grey; (height, width, 3) for color; or (64,) for a digit.
    names : sequence of N str
        The names also say in words what is to be seen.
    title, caption : str

    Returns
    -------
    Picture
        Its label, ``get_label()``, is the picture in words (alt text).

    Raises
    ------
    InvalidValue
        If there is no image, or not one name for each.
    """
    if not len(images) or len(images) != len(names):
        raise InvalidValue(f"{len(images)} images need as many names, got {len(names)}")
    gap = 12.0
    side = min((WIDTH - 2 * MARGIN - gap * (len(images) - 1)) / len(images), 150.0)
    lines = [wrap(name, side, 3, measure(SMALL, "normal")) for name in names]
    foot = max(map(len, lines)) * SMALL * 1.25 + SMALL
    sheet = Sheet.around(side + foot, title, "", caption)
    top = sheet.heading(title)
    if caption:
        sheet.caption(caption)
    for number, (image, text) in enumerate(zip(images, lines, strict=True)):
        left = MARGIN + number * (side + gap)
        axes = sheet.axes(Box(left, top - side, left + side, top))
        pixels = np.asarray(image)
        if pixels.shape == (SIDE * SIDE,):
            paper = {"cmap": "gray_r", "vmin": 0, "vmax": 1, "interpolation": "nearest"}
            axes.imshow(pixels.reshape(SIDE, SIDE), **paper)  # type: ignore[arg-type]
        else:
            axes.imshow(pixels, cmap="gray")
        axes.set(xticks=[], yticks=[])
        for line_number, line in enumerate(text):
            y = top - side - SMALL * (1.4 + 1.25 * line_number)
            sheet.write(left, y, line, SMALL, sheet.theme.ink)
    sheet.picture.set_label(f"{title}. From left to right: {'; '.join(names)}.")
    return sheet.picture


# --- digits ---


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits, each 8 by 8 pixels."""

    images: FloatArray  # (N, 64), 0 for paper, 1 for ink
    names: NDArray[np.intp]  # (N,) which digit each is

    def first(self, name: int) -> FloatArray:
        """Return the first picture of a digit, (64,)."""
        image: FloatArray = self.images[np.flatnonzero(self.names == name)[0]]
        return image

    def strangeness(self, images: ArrayLike) -> FloatArray:
        """Return how far each of M pictures (M, 64) is from the real one nearest to it, (M,)."""
        distance: FloatArray = cdist(np.atleast_2d(np.asarray(images)), self.images).min(axis=1)
        return distance


@cache
def digits() -> Digits:
    """Return the digits that come with scikit-learn."""
    from sklearn.datasets import load_digits

    held = load_digits()
    return Digits(images=held.data / 16, names=held.target)


class Autoencoder:
    """A net that learned to put pictures through a few numbers, and to make pictures of these."""

    def __init__(self, images: FloatArray):
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPRegressor
        from threadpoolctl import threadpool_limits

        net = MLPRegressor(
            hidden_layer_sizes=(HIDDEN, CODE, HIDDEN), max_iter=EPOCHS, batch_size=BATCH,
            learning_rate_init=STEP, random_state=0, tol=0, n_iter_no_change=EPOCHS,
        )  # fmt: skip
        # One thread: with matrices so small, several would wait for each other.
        with threadpool_limits(1), warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it could go on; it need not
            net.fit(images, images)
        self._layers = list(zip(net.coefs_, net.intercepts_, strict=True))

    def encode(self, images: ArrayLike) -> FloatArray:
        """Return the 8 numbers of a picture (64,) or of each of N (N, 64)."""
        (w1, b1), (w2, b2) = self._layers[:2]
        code: FloatArray = np.maximum(np.asarray(images) @ w1 + b1, 0) @ w2 + b2
        return code

    def decode(self, codes: ArrayLike) -> FloatArray:
        """Return the picture of 8 numbers (8,) or of each of N (N, 8)."""
        (w3, b3), (w4, b4) = self._layers[2:]
        hidden = np.maximum(np.maximum(np.asarray(codes), 0) @ w3 + b3, 0)
        images: FloatArray = np.clip(hidden @ w4 + b4, 0, 1)
        return images


@cache
def autoencoder() -> Autoencoder:
    """Return a net that was trained on the digits; the first time that takes some seconds."""
    return Autoencoder(digits().images)


# --- a tune ---


def tune() -> FloatArray:
    """Return Frère Jacques as sound in beats, (beats, 2000): a quarter of a second each."""
    chunks = []
    for entry in TUNE.split():
        name, _, beats = entry.partition(":")
        time = np.arange(int(beats or 1) * BEAT) / RATE
        tone = sum(np.sin(2 * np.pi * _frequency(name) * n * time) / n**2 for n in (1, 2, 3))
        chunks.append(np.asarray(tone) * np.exp(-2.5 * time) * np.minimum(1, time * 200))
    sound: FloatArray = np.concatenate(chunks).reshape(-1, BEAT) * 0.5
    return sound


def note(chunk: ArrayLike) -> str:
    """Return the name of the note that is loudest in a piece of sound, such as "C4"."""
    loudness = np.abs(np.fft.rfft(np.asarray(chunk)))
    frequency = float(loudness.argmax()) * RATE / len(np.asarray(chunk))
    number = round(OCTAVE * np.log2(frequency / A4)) + 9 + 4 * OCTAVE  # half-tones above C0
    return f"{NOTES[number % OCTAVE]}{number // OCTAVE}"


def _frequency(name: str) -> float:
    number = NOTES.index(name[:-1]) + OCTAVE * int(name[-1])
    return float(A4 * 2 ** ((number - 9 - 4 * OCTAVE) / OCTAVE))
