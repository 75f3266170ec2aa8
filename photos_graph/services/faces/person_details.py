"""Checks what people state about persons besides their names."""

from __future__ import annotations

from datetime import date
from typing import Any

from photos_graph.errors import BadInput
from photos_graph.model.faces import PersonDetails
from photos_graph.names import MAX_LENGTH, checked_person_name, person_key, plain_name

MAX_GROUPS = 32  # of one person


def checked_details(details: PersonDetails) -> dict[str, Any]:
    """Returns the fields of ``PersonState`` that are given, as they are stored. An empty note is none.

    Raises BadInput for a birthday in the future, an invalid note, and invalid or too many groups.
    """
    kept: dict[str, Any] = {}
    if "birthday" in details:
        birthday = details["birthday"]
        if birthday is not None and birthday > date.today():
            raise BadInput("A birthday cannot be in the future.")
        kept["birthday"] = birthday.isoformat() if birthday is not None else None
    if "note" in details:
        note = (details["note"] or "").strip()
        kept["note"] = plain_name(note) if note else None
        if note and kept["note"] is None:
            raise BadInput(f"A note must have up to {MAX_LENGTH} characters, without control characters.")
    if "groups" in details:
        groups = {person_key(name): name for name in map(checked_person_name, details["groups"])}
        if len(groups) > MAX_GROUPS:
            raise BadInput(f"A person can be in up to {MAX_GROUPS} groups.")
        kept["groups"] = tuple(groups[key] for key in sorted(groups))
    return kept


def age_at(birthday: str | None, day: date) -> int | None:
    """Returns the age in whole years on that day, or None if the birthday is not known or later."""
    if birthday is None:
        return None
    born = date.fromisoformat(birthday)
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return years if years >= 0 else None
