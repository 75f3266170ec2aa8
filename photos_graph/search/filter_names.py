"""Resolves the names in a filter by means of the search index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from photos_graph.errors import BadInput, NotFound
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter, to_query
from photos_graph.search.hierarchy import Hierarchy, R
from photos_graph.search.index import SearchIndex
from photos_graph.search.person_groups import members
from photos_graph.search.query import Everything, Query


class IndexNames:
    """Implements ``filters.NameLookup`` by the names in the index. Case and accents do not matter."""

    def __init__(self, search: SearchIndex) -> None:
        self._search = search

    def tags(self, ref: Ref) -> Sequence[str]:
        return [ref.id] if ref.id is not None else _ids_named(self._search.tags, ref.name or "")

    def persons(self, ref: Ref) -> Sequence[str]:
        """A name may also be that of a group of persons."""
        if ref.id is not None:
            return [ref.id]
        name, persons = ref.name or "", self._search.persons
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


def with_ids(filter: PhotoFilter, names: IndexNames) -> PhotoFilter:
    """Returns the filter with ids in place of names, so that it means the same when something is renamed. A name that
    nothing has, or several things have, stays a name, and so does that of a group of persons."""

    def known(terms: TermFilter | None, resolve: Callable[[Ref], Sequence[str]]) -> TermFilter | None:
        def each_known(refs: tuple[Ref, ...] | None) -> tuple[Ref, ...] | None:
            return None if refs is None else tuple(_known(ref, resolve) for ref in refs)

        if terms is None:
            return None
        return replace(terms, all=each_known(terms.all), any=each_known(terms.any), none=each_known(terms.none))

    def each(filters: tuple[PhotoFilter, ...] | None) -> tuple[PhotoFilter, ...] | None:
        return None if filters is None else tuple(with_ids(part, names) for part in filters)

    return replace(
        filter,
        and_=each(filter.and_),
        or_=each(filter.or_),
        not_=None if filter.not_ is None else with_ids(filter.not_, names),
        tags=known(filter.tags, names.tags),
        persons=known(filter.persons, names.lasting_persons),
        places=known(filter.places, names.places),
        albums=known(filter.albums, names.albums),
        folder=None if filter.folder is None else replace(filter.folder, id=names.folder(filter.folder), path=None),
    )


def _known(ref: Ref, resolve: Callable[[Ref], Sequence[str]]) -> Ref:
    found = () if ref.id is not None else resolve(ref)
    return Ref(id=found[0]) if len(found) == 1 else ref
