r"""The names of tags, persons and albums: what a name may be, when two names are the same, and the paths of tags.

A path is the names from the top of the tree down, with a slash between them. A slash in a name is written as ``\/``, so
that "Music/AC\/DC" is the tag "AC/DC" below "Music". A backslash stands for itself, except before a slash, before
another backslash and at the end of a name, where it is written twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from photos_graph.errors import BadInput

MAX_LENGTH = 255  # characters of one name
MAX_DEPTH = 32  # names in a path
# Control characters, lone surrogates, line separators and paragraph separators.
_FORBIDDEN_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
_TO_ESCAPE = re.compile(r"\\(?=[\\/]|\Z)|/")
_OPENING = re.compile(r" \(")
_PART = re.compile(r"\\([\\/])|(/)|([^\\/]+|\\)")


def tag_path(names: Iterable[str]) -> str:
    """Returns the path of a tag, given the names from the top of the tree down."""
    return "/".join([_escaped(name) for name in names])


def _escaped(name: str) -> str:
    return _TO_ESCAPE.sub(r"\\\g<0>", name) if "/" in name or "\\" in name else name


def tag_names(path: str) -> list[str]:
    """Returns the names in a path, the topmost first. Two slashes in a row have an empty name between them."""
    if "\\" not in path:
        return path.split("/")
    names = [""]
    for escaped, separator, text in _PART.findall(path):
        if separator:
            names.append("")
        else:
            names[-1] += escaped or text
    return names


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
    if stored is None:
        raise BadInput(f"A tag name must have 1 to {MAX_LENGTH} characters, without control characters.")
    return stored


def checked_tag_path(path: str) -> tuple[str, ...]:
    """Returns the names in a path such as "Places/Abruzzo", the topmost first. A plain name is a path of one.

    Slashes at both ends are ignored. Raises BadInput if a name in it is not allowed, or if the path has more than
    ``MAX_DEPTH`` names.
    """
    parts = tag_names(path.strip().lstrip("/"))
    while len(parts) > 1 and not parts[-1]:
        parts.pop()
    names = tuple(map(checked_tag_name, parts))
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


def checked_album_name(name: str) -> str:
    """Returns the name of an album as it is stored. Raises BadInput if an album cannot be called so."""
    stored = plain_name(name)
    if stored is None:
        raise BadInput(f"The name of an album must have 1 to {MAX_LENGTH} characters, without control characters.")
    return stored


def album_key(name: str) -> str:
    """Returns a key that two albums share exactly when their names differ in case alone."""
    return folded(name)


def name_apart(name: str, note: str | None, birthday: str | None) -> str:
    """Returns the name with what tells the person from others of that name, such as "Anna (cousin)"."""
    apart = note or birthday
    told = f"{name} ({apart})"
    return told if apart and len(told) <= MAX_LENGTH else name


def parts_of_name_apart(text: str) -> list[tuple[str, str]]:
    """Returns what the name, and the note or birthday, may be from which ``name_apart`` made the text. There are
    several if the name or the note has an opening bracket itself, and none for any other text."""
    if not text.endswith(")"):
        return []
    found = [(text[: at.start()], text[at.end() : -1]) for at in _OPENING.finditer(text)]
    return [(name, apart) for name, apart in found if name and apart]
