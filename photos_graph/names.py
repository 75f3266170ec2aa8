"""The names of tags and persons: what a name may be, and when two names are the same."""

from __future__ import annotations

import unicodedata

from photos_graph.errors import BadInput

MAX_LENGTH = 255  # characters of one name
MAX_DEPTH = 32  # names in a path
# Control characters, lone surrogates, line separators and paragraph separators.
_FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}


def plain_name(name: str) -> str | None:
    """Returns the name in the form in which it is stored: NFC, without surrounding white space.

    Returns None for a name that is empty, too long, or contains a control character.
    """
    stored = unicodedata.normalize("NFC", name).strip()
    allowed = not any(unicodedata.category(character) in _FORBIDDEN_CATEGORIES for character in stored)
    return stored if allowed and 1 <= len(stored) <= MAX_LENGTH else None


def folded(name: str) -> str:
    """Returns a key that two names share exactly when they differ in case alone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def checked_tag_name(name: str) -> str:
    """Returns the name of one tag as it is stored. Raises BadInput if a tag cannot be called so."""
    stored = plain_name(name)
    if stored is None or "/" in stored:
        raise BadInput(f"A tag name must have 1 to {MAX_LENGTH} characters, without slashes and control characters.")
    return stored


def checked_tag_path(path: str) -> tuple[str, ...]:
    """Returns the names in a path such as "Places/Abruzzo", the topmost first. A plain name is a path of one.

    Raises BadInput if a name in it is not allowed, or if the path has more than ``MAX_DEPTH`` names.
    """
    names = tuple(checked_tag_name(part) for part in path.strip().strip("/").split("/"))
    if len(names) > MAX_DEPTH:
        raise BadInput(f"Tags can be nested at most {MAX_DEPTH} deep.")
    return names


def tag_key(parent_id: str | None, name: str) -> str:
    """Returns a key that two tags share exactly when they have one parent and their names differ in case alone."""
    return f"{parent_id or ''}/{folded(name)}"


def checked_person_name(name: str) -> str:
    """Returns the name of a person as it is stored. Raises BadInput if a person cannot be called so."""
    stored = plain_name(name)
    if stored is None:
        raise BadInput(f"A person's name must have 1 to {MAX_LENGTH} characters, without control characters.")
    return stored


def person_key(name: str) -> str:
    """Returns a key that two persons share exactly when their names differ in case alone."""
    return folded(name)
