"""Whitens features: directions in which the photos of a library differ much anyway count less.

A head that learns from a dozen examples cannot know which directions these are. The photos show it, without any label.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SHRINKAGE = 0.03  # variance that is added in all directions, where the mean of standardised features is one

Floats = npt.NDArray[np.float32]


def whitening_of(features: Floats) -> Floats:
    """Returns a symmetric matrix (d, d), by which standardised features (m, d) are multiplied. The products have nearly
    the same variance in all directions in which the features vary, and the mean of their squares is one."""
    from scipy.linalg import eigh

    variances, directions = eigh(features.T @ features / np.float32(len(features)))
    variances = np.maximum(variances, 0)
    left = (variances / (variances + SHRINKAGE)).mean()
    factors = 1 / np.sqrt((variances + SHRINKAGE) * left)
    whitening: Floats = ((directions * factors) @ directions.T).astype(np.float32)
    return whitening
