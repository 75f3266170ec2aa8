"""Keeps libraries from importing others that they only offer to work with."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Imports in this block do not find these packages, as if they were not installed, unless they are loaded already.

    For large packages that are installed for something else. Importing them costs seconds and a hundred megabytes.
    """
    absent = [name for name in packages if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None makes an import raise ImportError
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
