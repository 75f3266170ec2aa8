"""The environment variables that other processes get: none that could hold a secret."""

from __future__ import annotations

import os
import re

_PREFIX = "PHOTOS_"
_SECRET = re.compile(
    r"(^|_)(PASS|PASSWORD|PASSWD|PASSPHRASE|SECRETS?|TOKENS?|CREDENTIALS?|AUTH|COOKIE|KEY|KEYS|PIN)(_|$)"
)
# What a worker may need: where programs and libraries lie, how they compute, language and time zone.
_WORKERS = re.compile(
    r"PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|TZ|TZDIR|TMPDIR|PYTHON\w*"
    r"|(LC|LD|DYLD|VIPS|G|OMP|OPENBLAS|MKL|KMP|TF|XLA|KERAS|ORT|DEEPFACE|NUMBA|CUDA|NVIDIA|MALLOC|GLIBC|XDG)_\w+"
)


def without_secrets() -> dict[str, str]:
    """Returns our environment without our settings, and without variables whose names say that they hold a secret."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_PREFIX) and not _SECRET.search(name.upper())
    }


def for_workers() -> dict[str, str]:
    """Returns the few variables that a worker may need."""
    return {name: value for name, value in without_secrets().items() if _WORKERS.fullmatch(name)}
