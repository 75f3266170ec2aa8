"""The case files: small inputs, each of one kind, which stand beside the shared corpora."""

from __future__ import annotations

from tests.kit.corpora import CORPORA

CASES = CORPORA.parent / "cases" / "files"


def case(name: str) -> bytes:
    """The bytes of a case file. Tests that need it are marked ``corpora``."""
    return (CASES / name).read_bytes()
