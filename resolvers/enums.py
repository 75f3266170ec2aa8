"""Enums that several nouns have: known to GraphQL before the first of these is made."""

from __future__ import annotations

import strawberry

from photos_graph.model import Certainty, TagSource

__all__ = ["Certainty", "TagSource"]

strawberry.enum(TagSource)
strawberry.enum(Certainty, description="CONFIRMED leaves predictions out.")
