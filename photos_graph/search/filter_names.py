"""Resolves the names in a filter by means of the search index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from photos_graph.errors import BadInput, NotFound
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter, to_query
from photos_graph.search.hierarchy import Hierarchy, R
from photos_graph.search.index import SearchIndex
from photos_graph.search.person_groups import members
from photos_graph.search.query import Everything, Query


class IndexNames:
    """Implements ``filters.NameLookup`` by the names in the index. Case and accents do not matter. The id of a tag or
    person who was merged into another one means that one."""

    def __init__(self, search: SearchIndex) -> None:
        self._search = search

    def tags(self, ref: Ref) -> Sequence[str]:
        tags = self._search.tags
        return [tags.current_id(ref.id)] if ref.id is not None else _ids_named(tags, ref.name or "")

    def persons(self, ref: Ref) -> Sequence[str]:
        """A name may also be that of a group of persons."""
        name, persons = ref.name or "", self._search.persons
        if ref.id is not None:
            return [persons.current_id(ref.id)]
        return list(dict.fromkeys([*_ids_named(persons, name), *members(persons, name.strip())]))

    def lasting_persons(self, ref: Ref) -> Sequence[str]:
        """Returns nobody for the name of a group, because its members may change."""
        if ref.name is not None and members(self._search.persons, ref.name.strip()):
            return ()
        return self.persons(ref)

    def places(self, ref: Ref) -> Sequence[str]:
        """A place may also be named by its id, such as "IT/Abruzzo"."""
        if ref.id is not None:
            return [ref.id]
        name = ref.name or ""
        return [name] if self._search.places.get(name) is not None else _ids_named(self._search.places, name)

    def albums(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id is not None else _ids_named(self._search.albums, ref.name or "")

    def looks(self, text: str) -> Sequence[Query]:
        """The name of a concept may be in any language, and also a plural if pictures were looked at."""
        return tuple(self._search.lexicon.looks(text))

    def folder(self, filter: FolderFilter) -> str:
        if (filter.id is None) == (filter.path is None):
            raise BadInput("Give either the id or the path of the folder.")
        folders = self._search.folders
        row = folders.get(filter.id) if filter.id is not None else folders.at(filter.path or "")
        if row is None:
            raise NotFound("There is no such folder.", about=filter.id or filter.path)
        return row.id


def query_of(filter: PhotoFilter | None, search: SearchIndex) -> Query:
    """Returns the query of a filter, or that of all photos. Raises BadInput, and NotFound for an unknown folder."""
    return Everything() if filter is None else to_query(filter, IndexNames(search))


def _ids_named(rows: Hierarchy[R], path: str) -> list[str]:
    """Returns the ids of the rows with that name or path, such as "Places/Abruzzo"."""
    return [row.id for row in rows.named(path.strip())]


@dataclass(frozen=True, slots=True)
class References:
    """Functions that give what takes the place of each reference in a filter."""

    tag: Callable[[Ref], Ref]
    person: Callable[[Ref], Ref]
    place: Callable[[Ref], Ref]
    album: Callable[[Ref], Ref]
    folder: Callable[[FolderFilter], FolderFilter]


def with_references(filter: PhotoFilter, of: References) -> PhotoFilter:
    """Returns the filter with other references, also in the filters that it consists of."""

    def terms(given: TermFilter | None, other: Callable[[Ref], Ref]) -> TermFilter | None:
        if given is None:
            return None
        all_, any_, none = (_each(refs, other) for refs in (given.all, given.any, given.none))
        return replace(given, all=all_, any=any_, none=none)

    def parts(filters: tuple[PhotoFilter, ...] | None) -> tuple[PhotoFilter, ...] | None:
        return None if filters is None else tuple(with_references(part, of) for part in filters)

    return replace(
        filter,
        and_=parts(filter.and_),
        or_=parts(filter.or_),
        not_=None if filter.not_ is None else with_references(filter.not_, of),
        tags=terms(filter.tags, of.tag),
        excluded_tags=_each(filter.excluded_tags, of.tag),
        persons=terms(filter.persons, of.person),
        places=terms(filter.places, of.place),
        albums=terms(filter.albums, of.album),
        folder=None if filter.folder is None else of.folder(filter.folder),
    )


def _each(refs: tuple[Ref, ...] | None, other: Callable[[Ref], Ref]) -> tuple[Ref, ...] | None:
    return None if refs is None else tuple(map(other, refs))


def with_ids(filter: PhotoFilter, names: IndexNames) -> PhotoFilter:
    """Returns the filter with ids in place of names, so that it means the same when something is renamed. A name that
    nothing has, or several things have, stays a name, and so does that of a group of persons. Raises NotFound for an
    unknown folder."""

    def known(resolve: Callable[[Ref], Sequence[str]]) -> Callable[[Ref], Ref]:
        def of(ref: Ref) -> Ref:
            found = () if ref.id is not None else resolve(ref)
            return Ref(id=found[0]) if len(found) == 1 else ref

        return of

    references = References(
        known(names.tags),
        known(names.lasting_persons),
        known(names.places),
        known(names.albums),
        lambda folder: replace(folder, id=names.folder(folder), path=None),
    )
    return with_references(filter, references)
