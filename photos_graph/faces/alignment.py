"""Rotates, moves and scales a face so that its landmarks are where the embedder expects them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from photos_graph.faces.catalogue import ARCFACE_TEMPLATE, TEMPLATE_EDGE, Embedder
from photos_graph.faces.detection import BOX_LANDMARKS
from photos_graph.faces.sightings import Floats, Pixels

Matrix = npt.NDArray[np.float64]


def template_for(embedder: Embedder) -> Matrix:
    """Returns where the landmarks belong (5, 2), in pixels of the embedder's crop."""
    centred = (np.array(ARCFACE_TEMPLATE) - TEMPLATE_EDGE / 2) / TEMPLATE_EDGE
    edge = min(embedder.width, embedder.height)
    middle = np.array([embedder.width / 2, embedder.height / 2 - embedder.lift * edge])
    template: Matrix = centred / (1 + embedder.margin) * edge + middle
    return template


def landmarks_of(box: Floats, landmarks: Floats) -> Matrix:
    """Returns the landmarks (5, 2). If fewer than two are known, they are those of an average face in ``box`` (4,)."""
    if np.isfinite(landmarks).all(axis=1).sum() >= 2:
        return landmarks.astype(np.float64)
    return (box[:2] + BOX_LANDMARKS * box[2:]).astype(np.float64)


def similarity_transform(points: Matrix, targets: Matrix) -> Matrix:
    """Returns the rotation, scale and shift (2, 3) that brings the points (n, 2) as close as possible to the targets
    (n, 2), by least squares. It does not mirror.

    Rows with a NaN are ignored; at least two rows must remain. In complex numbers, a similarity is z -> a z + b, and
    the fit is a linear one.
    """
    known = np.isfinite(points).all(axis=1)
    p, t = points[known] @ [1, 1j], targets[known] @ [1, 1j]
    centred = p - p.mean()
    spread = np.vdot(centred, centred).real
    a = np.vdot(centred, t - t.mean()) / spread if spread > 0 else 1.0
    b = t.mean() - a * p.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def scale_of(transform: Matrix) -> float:
    """Returns how many pixels of the crop correspond to one pixel of the picture."""
    return float(np.hypot(transform[0, 0], transform[1, 0]))


def crop(pixels: Pixels, transform: Matrix, width: int, height: int) -> Pixels:
    """Cuts (height, width, 3) pixels out of a picture (h, w, 3). Pixels outside of the picture are black."""
    import cv2

    scale = scale_of(transform)
    if scale < 0.5:  # a warp interpolates four pixels, so it would skip most pixels of a much larger face
        inverse = cv2.invertAffineTransform(transform)
        corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ inverse.T
        x, y = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, [pixels.shape[1] - 1, pixels.shape[0] - 1])
        far_x, far_y = np.ceil(corners.max(axis=0)).astype(int)
        part = pixels[y : max(far_y, y + 1), x : max(far_x, x + 1)]
        size = (max(1, round(part.shape[1] * scale * 2)), max(1, round(part.shape[0] * scale * 2)))
        factors = np.array([part.shape[1] / size[0], part.shape[0] / size[1]])
        moved = transform.copy()
        moved[:, 2] += transform[:, :2] @ [x, y]
        moved[:, :2] *= factors
        # The centre of the first pixel stays in place.
        moved[:, 2] += transform[:, :2] @ ((factors - 1) / 2)
        pixels, transform = cv2.resize(part, size, interpolation=cv2.INTER_AREA), moved  # type: ignore[assignment]
    warped: Pixels = cv2.warpAffine(np.ascontiguousarray(pixels), transform, (width, height))  # type: ignore[assignment]
    return warped
