"""The names of tags: what one may be, when two are the same, and paths of them such as "Places/Abruzzo"."""

from __future__ import annotations

import unicodedata

from photos_graph.errors import BadInput

MAX_LENGTH = 255  # characters of one name
MAX_DEPTH = 32  # names in a path
_NEVER = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators


def plain_name(name: str) -> str | None:
    """Any name as it is kept: NFC, trimmed. None for what is empty, too long, or has a control character."""
    kept = unicodedata.normalize("NFC", name).strip()
    fits = 1 <= len(kept) <= MAX_LENGTH and not any(unicodedata.category(c) in _NEVER for c in kept)
    return kept if fits else None


def folded(name: str) -> str:
    """The same for names that differ in case alone, and for no others."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def checked_name(name: str) -> str:
    """The name as it is kept: NFC, trimmed. Raises BadInput for what is none."""
    kept = plain_name(name)
    if kept is None or "/" in kept:
        raise BadInput(f"The name of a tag is 1 to {MAX_LENGTH} characters, no slash or control character among them.")
    return kept


def checked_path(path: str) -> tuple[str, ...]:
    """The names of a path, the topmost first; of a plain name that alone. Raises BadInput for what is none."""
    names = tuple(checked_name(part) for part in path.strip().strip("/").split("/"))
    if len(names) > MAX_DEPTH:
        raise BadInput(f"Tags lie at most {MAX_DEPTH} deep in one another.")
    return names


def tag_key(parent_id: str | None, name: str) -> str:
    """The same for names under one parent that differ in case alone, and for no others."""
    return f"{parent_id or ''}/{folded(name)}"
