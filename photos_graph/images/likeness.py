"""Decides whether one picture is an edit of another: turned, mirrored, made smaller, cut, or retouched.

A picture of a series is no edit, however much it looks like its neighbour. Two things tell them apart. An edit shows
nothing beyond the frame of the old picture, so it fits the frame exactly, or lies inside of it; a camera that is held
by hand moves the frame in every direction. And where an edit lies on the old picture, the two agree nearly everywhere,
while leaves, waves and faces move between two shots.

Pictures are compared by their structure: how bright each place is compared with its surroundings. Levels, colours and
compression hardly change that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from photos_graph.model.faces import Box
from photos_graph.model.succession import WHOLE, View

Floats = npt.NDArray[np.float32]
Spectra = npt.NDArray[np.complex64]

EDGE = 384  # pixels of the longest edge at which pictures are compared; smaller ones are enlarged to it
_BLUR = 0.8  # pixels: standard deviation

_COARSE_EDGE = 48
_SCALES = tuple(0.94**step for step in range(9))  # of the part that is left, compared with the largest that fits
_MOVED = 0.1  # share of the picture by which the frame may have moved between two shots of one moment
SAME_MOMENT = 0.5  # likeness of two shots from which they show one moment
_CANDIDATES = 3  # ways of lying on the old picture that are looked at closely
_LEAST_COARSE = 0.35  # correlation

_WINDOW, _STRIDE = 64, 32  # pixels: windows by which the frame is fitted
_ROUNDS = 4
_FITTED = 1e-4  # share of the picture: after a smaller move, another one changes nothing
_LEAST_TOGETHER = 0.5  # correlation of all windows together; that of edits is 0.9 already where they are laid first
_SAME_FRAME = 0.0025  # share of the picture by which the frame of an edit that was not cut may seem moved
_INSIDE = 0.002  # share of the picture by which the part that is left may seem to stand out,
# or stands out where it was turned or mirrored, as no neighbour in a series is. Without loss, some programs move the
# picture by up to 15 pixels and leave a strip at the edge as it was.
_TURNED_INSIDE = 0.02
_SAME_SCALE = 0.015  # by how much the scales of width and height may differ

_BLOCK = 16  # pixels: blocks in which structure is compared
_FAINT, _STRONG = 2.0, 6.0  # grey levels: standard deviations from which a block has structure, and strong structure
_LEAST_BLOCKS = 40  # with structure; fewer do not prove anything
_SAME, _OTHER = 0.7, 0.5  # correlations from which a block shows the same, and up to which it shows something else
_MOST_CHANGED = 0.01  # share of all blocks that may show something else, where one of the two has strong structure
_SAME_SHARE = 0.85  # of the blocks with structure that must show the same
_SAME_MEDIAN = 0.9  # correlation of the median block


@dataclass(frozen=True, slots=True)
class _Fit:
    """Where a picture lies on another one: its left upper corner and its size, as shares of the other."""

    x: float
    y: float
    width: float
    height: float


def edited_view(old: Floats, new: Floats) -> View | None:
    """Returns what the new picture shows of the old one, or None if it is not clear that it is an edit of it.

    Both are grey (height, width), 0..255, upright, and ``EDGE`` pixels on the longest edge or fewer.
    """
    blur = _BLUR * EDGE / min(max(old.shape), max(new.shape))  # hides what the smaller one cannot show
    old, new = _enlarged(old, blur), _enlarged(new, blur)
    for orientation, fit in _candidates(old, new):
        turned = np.ascontiguousarray(_turned(old, orientation))
        found = _fitted(turned, new, fit, _INSIDE if orientation == 1 else _TURNED_INSIDE)
        if found is not None and _agree(turned, new, found):
            return View(orientation, Box(found.x, found.y, found.width, found.height))
    return None


def likeness_of_shots(one: Floats, other: Floats) -> float:
    """Returns how much alike two shots of one moment are: the correlation (up to 1) of the structure of the second one,
    without its edges, with the place of the first one that is most like it. It is 0 if only one of them is upright.

    The pictures are those of ``edited_view``. What moves before the camera, and the camera itself, may have moved.
    """
    height, width = _within(one.shape, _COARSE_EDGE)
    if _within(other.shape, _COARSE_EDGE) != (height, width):
        return 0.0
    small, shot = (_structure(_resized(each, height, width), 3.0) for each in (one, other))
    rows, columns = round(height * _MOVED), round(width * _MOVED)
    parts = _Parts.cut([shot[rows : height - rows, columns : width - columns]], small.shape)
    return max(likeness for likeness, _, _ in parts.best_places(small))


def _enlarged(picture: Floats, blur: float) -> Floats:
    from scipy.ndimage import gaussian_filter

    enlarged: Floats = gaussian_filter(_resized(picture, *_within(picture.shape, EDGE)), blur)
    return enlarged


def _turned(picture: Floats, orientation: int) -> Floats:
    """Returns the picture turned by an orientation of EXIF (1..8)."""
    if orientation >= 5:
        picture = picture.T
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return picture


def _candidates(old: Floats, new: Floats) -> Iterator[tuple[int, _Fit]]:
    """Yields the ways in which the new picture may lie on the old one, the likeliest first."""
    found: list[tuple[float, int, _Fit]] = []
    small = _structure(_resized(old, *_within(old.shape, _COARSE_EDGE)), 3.0)
    parts = {shape: _Parts.of(new, shape) for shape in (small.shape, small.shape[::-1])}
    for orientation in range(1, 9):
        turned = _turned(small, orientation)
        height, width = turned.shape
        for likeness, at, size in parts[turned.shape].best_places(turned):
            fit = _Fit(at[1] / width, at[0] / height, size[1] / width, size[0] / height)
            found.append((likeness, orientation, fit))
    found.sort(key=lambda each: -each[0])
    yield from ((turn, fit) for likeness, turn, fit in found[:_CANDIDATES] if likeness >= _LEAST_COARSE)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A picture at several sizes, to be looked for in pictures of one shape."""

    sizes: tuple[tuple[int, int], ...]
    spectra: Spectra  # one for each size
    energies: Floats

    @staticmethod
    def of(picture: Floats, shape: tuple[int, ...]) -> _Parts:
        largest = min(shape[0] / picture.shape[0], shape[1] / picture.shape[1])
        sizes = [(round(picture.shape[0] * largest * scale), round(picture.shape[1] * largest * scale))
                 for scale in _SCALES]  # fmt: skip
        sizes = [size for size in sizes if min(size) >= 8]
        return _Parts.cut([_structure(_resized(picture, *size), 3.0) for size in sizes], shape)

    @staticmethod
    def cut(parts: Sequence[Floats], shape: tuple[int, ...]) -> _Parts:
        """Returns these parts, each of which fits into the shape."""
        from scipy.fft import rfft2

        filled = np.zeros((len(parts), *shape), np.float32)
        for each, part in zip(filled, parts, strict=True):
            each[: part.shape[0], : part.shape[1]] = part
        energies = np.array([float((part * part).sum()) for part in parts], np.float32)
        return _Parts(tuple((len(part), len(part[0])) for part in parts), np.conj(rfft2(filled)), energies)

    def best_places(self, image: Floats) -> Iterator[tuple[float, tuple[int, int], tuple[int, int]]]:
        """Yields, for each size, the highest correlation with a place of the image, that place (row, column) and the
        size."""
        from scipy.fft import irfft2, rfft2

        products = irfft2(rfft2(image) * self.spectra, image.shape)
        energy = np.pad((image * image).cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        for (height, width), product, own in zip(self.sizes, products, self.energies, strict=True):
            under = (
                energy[height:, width:]
                - energy[:-height, width:]
                - energy[height:, :-width]
                + energy[:-height, :-width]
            )
            rows, columns = under.shape
            likeness = product[:rows, :columns] / np.sqrt(np.maximum(under, 1e-6) * max(own, 1e-6))
            at = divmod(int(likeness.argmax()), columns)
            yield float(likeness[at]), at, (height, width)


def _within(shape: tuple[int, ...], edge: int) -> tuple[int, int]:
    scale = edge / max(shape)
    return max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))


def _resized(picture: Floats, height: int, width: int) -> Floats:
    """Returns the picture at that size: the mean of what falls on each pixel where it becomes smaller."""
    rows, columns = _axis_weights(picture.shape[0], height), _axis_weights(picture.shape[1], width)
    return (rows @ picture @ columns.T).astype(np.float32)


@lru_cache(64)  # up to 590 KB each; a comparison needs about 40
def _axis_weights(size: int, wanted: int) -> Floats:
    scale = size / wanted
    reach = max(scale, 1.0)
    centres = (np.arange(wanted) + 0.5) * scale - 0.5
    weights = np.maximum(0.0, 1.0 - np.abs(np.arange(size)[None, :] - centres[:, None]) / reach)
    shares: Floats = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
    return shares


def _structure(picture: Floats, radius: float) -> Floats:
    """Returns how bright each pixel is compared with its surroundings, in units of how much these vary."""
    from scipy.ndimage import gaussian_filter

    around = gaussian_filter(picture, radius, mode="nearest")
    apart = picture - around
    spread = np.sqrt(gaussian_filter(apart * apart, 2 * radius, mode="nearest"))
    structure: Floats = apart / (spread + 2.0)
    return structure


def _seen(picture: Floats, fit: _Fit, shape: tuple[int, ...]) -> Floats:
    """Returns what lies under a picture of that shape, in its pixels."""
    from scipy.ndimage import gaussian_filter

    rows = (fit.y + fit.height * (np.arange(shape[0]) + 0.5) / shape[0]) * picture.shape[0] - 0.5
    columns = (fit.x + fit.width * (np.arange(shape[1]) + 0.5) / shape[1]) * picture.shape[1] - 0.5
    shrink = max(fit.height * picture.shape[0] / shape[0], fit.width * picture.shape[1] / shape[1])
    if shrink > 1.1:  # as much as the new picture lost when it was made smaller
        picture = gaussian_filter(picture, 0.4 * shrink)
    return _between(_between(picture, rows).T, columns).T


def _between(picture: Floats, rows: npt.NDArray[np.float64]) -> Floats:
    """Returns what lies at these places along the first axis, between the rows of the picture or at its edge."""
    rows = rows.clip(0, len(picture) - 1)
    above = np.minimum(rows.astype(np.int64), max(len(picture) - 2, 0))
    share = (rows - above).astype(np.float32)[:, None]
    between: Floats = picture[above] * (1 - share) + picture[np.minimum(above + 1, len(picture) - 1)] * share
    return between


def _fitted(old: Floats, new: Floats, fit: _Fit, inside: float) -> _Fit | None:
    """Returns where exactly the new picture lies on the old one, or None if it stands out by more than ``inside``."""
    windows = _Windows.of(_structure(new, 4.0))
    if windows is None:
        return None
    for _ in range(_ROUNDS):
        moved = windows.moved(_structure(_seen(old, fit, new.shape), 4.0))
        if moved is None:
            return None
        fit = _Fit(
            fit.x + moved.x * fit.width,
            fit.y + moved.y * fit.height,
            fit.width * moved.width,
            fit.height * moved.height,
        )
        if max(abs(moved.x), abs(moved.y), abs(moved.width - 1), abs(moved.height - 1)) < _FITTED:
            break
    return _framed(fit, inside)


def _framed(fit: _Fit, inside: float) -> _Fit | None:
    sides = (fit.x, fit.y, 1 - fit.x - fit.width, 1 - fit.y - fit.height)  # what is cut away on each side
    if all(abs(side) <= _SAME_FRAME for side in sides):
        return _Fit(WHOLE.x, WHOLE.y, WHOLE.width, WHOLE.height)
    return fit if min(sides) >= -inside else None


@dataclass(frozen=True, slots=True)
class _Windows:
    """Many windows of the structure of a picture, to be looked for in what lies under them on another one."""

    shape: tuple[int, ...]  # of the picture
    places: Sequence[tuple[int, int]]  # (row, column) of each window
    size: int
    spectra: Spectra  # one for each window
    energies: Floats

    @staticmethod
    def of(structure: Floats) -> _Windows | None:
        """Returns None if the picture is too small for windows."""
        if min(structure.shape) < 2 * _STRIDE:
            return None
        size = min(_WINDOW, *structure.shape)
        rows, columns = (_starts(side, size) for side in structure.shape)
        places = [(row, column) for row in rows for column in columns]
        return _Windows(structure.shape, places, size, *_spectra(structure, places, size))

    def moved(self, old: Floats) -> _Fit | None:
        """Returns how the old picture, of the same shape, must be moved and scaled to lie on this one."""
        from scipy.fft import irfft2

        spectra, energies = _spectra(old, self.places, self.size)
        product = irfft2(spectra * np.conj(self.spectra), (self.size, self.size))
        energy = np.sqrt(energies * self.energies) + 1e-6
        flat = product.reshape(len(self.places), -1)
        peaks, highest = flat.argmax(1), flat.max(1)
        weights = highest / energy
        shifts = np.array([_peak(each, divmod(int(at), self.size)) for each, at in zip(product, peaks, strict=True)])
        centres = np.array(self.places) + self.size / 2
        good = weights > 0.4
        # Empty windows, which are as unlike as noise, hardly count.
        together = highest.sum() / np.sqrt(energies.sum() * self.energies.sum() + 1e-6)
        if good.sum() < 6 or together < _LEAST_TOGETHER:
            return None
        height, width = self.shape
        y, taller = _line(centres[good, 0] / height, shifts[good, 0] / height, weights[good])
        x, wider = _line(centres[good, 1] / width, shifts[good, 1] / width, weights[good])
        return _Fit(x, y, 1 + wider, 1 + taller)


def _spectra(picture: Floats, places: Sequence[tuple[int, int]], size: int) -> tuple[Spectra, Floats]:
    """Returns the spectrum and the energy of the window at each place, whose edges fade."""
    from scipy.fft import rfft2

    taper = np.outer(np.hanning(size), np.hanning(size)).astype(np.float32)
    stack = np.stack([picture[row : row + size, column : column + size] * taper for row, column in places])
    return rfft2(stack), np.einsum("nij,nij->n", stack, stack)


def _starts(size: int, window: int) -> list[int]:
    count = max(2, math.ceil((size - window) / _STRIDE) + 1)
    return sorted({round(at) for at in np.linspace(0, size - window, count)})


def _peak(product: Floats, at: tuple[int, int]) -> tuple[float, float]:
    """Returns the shift (rows, columns) at the peak, to fractions of a pixel."""
    shift = []
    for axis in (0, 1):
        size = product.shape[axis]
        line = product[:, at[1]] if axis == 0 else product[at[0]]
        before, peak, after = line[at[axis] - 1], line[at[axis]], line[(at[axis] + 1) % size]
        bend = before - 2 * peak + after
        whole = at[axis] - size if at[axis] > size // 2 else at[axis]
        shift.append(whole + (0.5 * (before - after) / bend if bend < 0 else 0.0))
    return float(shift[0]), float(shift[1])


def _line(places: Floats, shifts: Floats, weights: Floats) -> tuple[float, float]:
    """Fits ``shift = start + slope * place`` so that windows with other shifts, which show what moved, hardly count."""
    trust = weights.copy()
    start, slope = float(np.median(shifts)), 0.0
    for _ in range(8):
        matrix = np.stack([np.ones_like(places), places], 1) * trust[:, None]
        (start, slope), *_ = np.linalg.lstsq(matrix, shifts * trust, rcond=None)
        apart = np.abs(shifts - start - slope * places)
        trust = weights / (1 + (apart / max(float(np.median(apart)), 1e-4) / 2) ** 2)
    return float(start), float(slope)


def _agree(old: Floats, new: Floats, fit: _Fit) -> bool:
    """Returns whether the pictures show the same nearly everywhere."""
    # The strip that some programs leave as it was when they turn a picture does not count.
    height, width = (size // _BLOCK * _BLOCK for size in new.shape)
    blocks = [
        each[:height, :width].reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK).swapaxes(1, 2)[1:-1, 1:-1]
        for each in (_seen(old, fit, new.shape), new)
    ]
    apart = [each - each.mean((2, 3), keepdims=True) for each in blocks]
    spread = [np.sqrt((each**2).mean((2, 3))) for each in apart]
    strongest = np.maximum(*spread)
    textured = strongest >= _FAINT
    if textured.sum() < _LEAST_BLOCKS:
        return False
    likeness = (apart[0] * apart[1]).mean((2, 3)) / (spread[0] * spread[1] + 1e-3)
    changed = (likeness < _OTHER) & (strongest >= _STRONG)
    if changed.mean() > _MOST_CHANGED:
        return False
    likeness = likeness[textured]
    return bool((likeness >= _SAME).mean() >= _SAME_SHARE and np.median(likeness) >= _SAME_MEDIAN)
