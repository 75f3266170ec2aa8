"""The tree of all tags. Finds tags by name or path, and adds those that are missing."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from uuid import uuid4

from photos_graph.errors import BadInput, Candidate, NotFound
from photos_graph.model.labels import Tag
from photos_graph.model.search import Ref
from photos_graph.names import checked_tag_path, tag_key, tag_names, tag_path
from photos_graph.search.hierarchy import Hierarchy


class TagTree:
    """A tree of tags. ``new`` has the rows that ``reach`` added, parents first. They are not in the graph yet."""

    def __init__(self, rows: Iterable[Tag]) -> None:
        self._rows: Hierarchy[Tag] = Hierarchy(tag_path, tag_names)
        self._rows.put(rows)
        self._by_key = {tag_key(row.parent_id, row.name): row for row in self._rows}
        self.new: list[Tag] = []

    def __contains__(self, tag_id: str) -> bool:
        return self._rows.get(tag_id) is not None

    def __iter__(self) -> Iterator[Tag]:
        return iter(self._rows)

    def moved(self, parents: Mapping[str, str | None], gone: Container[str] = ()) -> TagTree:
        """Returns a tree in which these tags have other parents, and those in ``gone`` are removed."""
        left = (row for row in self._rows if row.id not in gone)
        return TagTree(replace(row, parent_id=parents.get(row.id, row.parent_id)) for row in left)

    def get(self, tag_id: str) -> Tag:
        """Returns the row of the tag. Raises NotFound."""
        row = self._rows.get(tag_id)
        if row is None:
            raise NotFound("There is no such tag.", about=tag_id)
        return row

    def tag(self, tag_id: str) -> Tag:
        """Returns the tag. Raises NotFound."""
        return self.get(tag_id)

    def path(self, tag_id: str) -> str:
        return self._rows.path(tag_id) or ""

    def up(self, tag_id: str) -> tuple[str, ...]:
        """Returns the ids of the tag and its ancestors."""
        return tuple(self._rows.self_and_ancestors(tag_id))

    def children(self, tag_id: str | None) -> list[Tag]:
        return self._rows.children(tag_id)

    def below(self, tag_id: str) -> set[str]:
        """Returns the ids of the tag and its descendants."""
        found, left = set[str](), [tag_id]
        while left:
            at = left.pop()
            if at not in found:
                found.add(at)
                left += [row.id for row in self.children(at)]
        return found

    def beside(self, parent_id: str | None, name: str) -> Tag | None:
        """Returns the tag under that parent that already has that name, or None."""
        return self._by_key.get(tag_key(parent_id, name))

    def at(self, names: Sequence[str]) -> Tag | None:
        """Returns the tag with exactly that path from the top, or None."""
        row: Tag | None = None
        for name in names:
            row = self.beside(row.id if row else None, name)
            if row is None:
                return None
        return row

    def reach(self, names: Sequence[str], below: str | None = None) -> Tag:
        """Returns the tag with exactly that path from the top, or from the tag ``below``. Adds what is missing to
        ``new``."""
        first, *rest = names
        row = self.beside(below, first)
        if row is None:
            row = Tag(uuid4().hex, first, below)
            self._rows.put([row])
            self._by_key[tag_key(below, first)] = row
            self.new.append(row)
        return self.reach(rest, row.id) if rest else row

    def find(self, ref: Ref) -> Tag | None:
        """Returns the tag that a client means: by id, by its path from the top or the end of its path, or by its name.

        Raises NotFound for an unknown id, and BadInput for an invalid or ambiguous name.
        """
        if ref.id is not None:
            return self.get(ref.id)
        names = checked_tag_path(ref.name or "")
        if len(names) > 1 and (exact := self.at(names)) is not None:
            return exact
        alike = self._rows.named(tag_path(names))
        # A slash that is not escaped may also be part of a name.
        fitting = [row for row in alike if self._ends_with(row, names)] or [
            row for row in alike if self._is_spelt(row, "/".join(names))
        ]
        if len(fitting) > 1:
            paths = ", ".join(self.path(row.id) for row in fitting)
            raise BadInput(
                f"{tag_path(names)} fits several tags: {paths}. Give the path or the id.",
                about=ref.name,
                candidates=[Candidate("Tag", row.id, self.path(row.id)) for row in fitting],
            )
        return fitting[0] if fitting else None

    def _ends_with(self, row: Tag, names: Sequence[str]) -> bool:
        """Returns whether the path ends so. Accents count, unlike in a search."""
        way = [self.get(tag_id).name for tag_id in self.up(row.id)]
        return [tag_key(None, name) for name in reversed(way[: len(names)])] == [tag_key(None, name) for name in names]

    def _is_spelt(self, row: Tag, text: str) -> bool:
        """Returns whether the path, or the end of it, is spelt so if no slash is escaped."""
        way = [self.get(tag_id).name for tag_id in reversed(self.up(row.id))]
        return any(tag_key(None, "/".join(way[place:])) == tag_key(None, text) for place in range(len(way)))

    def wanted(self, refs: Iterable[Ref]) -> list[str]:
        """Returns the ids of the tags that are meant, each once. Raises NotFound, BadInput."""
        found = {ref: self.find(ref) for ref in refs}
        unknown = [ref.name or "" for ref, row in found.items() if row is None]
        if unknown:
            raise NotFound(f"There is no tag {', '.join(unknown)}. Nothing was changed.", about=unknown[0])
        return list(dict.fromkeys(row.id for row in found.values() if row is not None))

    def wanted_or_new(self, refs: Iterable[Ref]) -> list[str]:
        """Does the same, but adds names that no tag has to ``new``. Raises NotFound for an unknown id, BadInput."""
        rows = [self.find(ref) or self.reach(checked_tag_path(ref.name or "")) for ref in refs]
        return list(dict.fromkeys(row.id for row in rows))
