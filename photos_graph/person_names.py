"""The names of persons: what one may be, and when two are the same."""

from __future__ import annotations

from photos_graph.errors import BadInput
from photos_graph.tag_names import MAX_LENGTH, folded, plain_name


def checked_person_name(name: str) -> str:
    """The name as it is kept: NFC, trimmed. Raises BadInput for what is none."""
    kept = plain_name(name)
    if kept is None:
        raise BadInput(f"The name of a person is 1 to {MAX_LENGTH} characters, no control character among them.")
    return kept


def person_key(name: str) -> str:
    """The same for names that differ in case alone, and for no others."""
    return folded(name)
