"""The filters of smart albums as exports have them: with names and paths in place of ids, which other libraries do not
know. Places keep their ids, which are the same in every library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from photos_graph.model.faces import Person
from photos_graph.model.search import Ref
from photos_graph.names import name_apart
from photos_graph.search.filter_names import IndexNames, References, with_ids, with_references
from photos_graph.search.filters import FolderFilter, PhotoFilter
from photos_graph.search.index import SearchIndex


def called(search: SearchIndex, person: Person) -> str:
    """Returns the name by which an export tells the person from others of the same name, such as "Anna (cousin)"."""
    is_shared = len(search.persons.named(person.name)) > 1
    return name_apart(person.name, person.note, person.birthday) if is_shared else person.name


def portable(filter: PhotoFilter, search: SearchIndex) -> PhotoFilter:
    """Returns the filter with names and paths. What has been deleted since keeps its id, by which nothing is found."""

    def named(name_of: Callable[[str], str | None]) -> Callable[[Ref], Ref]:
        def of(ref: Ref) -> Ref:
            name = name_of(ref.id) if ref.id is not None else None
            return ref if name is None else Ref(name=name)

        return of

    def folder(given: FolderFilter) -> FolderFilter:
        path = search.folders.path(given.id) if given.id is not None else None
        return given if path is None else replace(given, id=None, path=path)

    def tag(tag_id: str) -> str | None:
        return search.tags.path(search.tags.current_id(tag_id))

    def person(person_id: str) -> str | None:
        row = search.persons.get(search.persons.current_id(person_id))
        return None if row is None else called(search, row)

    references = References(named(tag), named(person), lambda ref: ref, named(search.albums.path), folder)
    return with_references(filter, references)


def resolved(filter: PhotoFilter, search: SearchIndex) -> PhotoFilter:
    """Returns an imported filter with the ids of this library. A name that nothing has stays a name. Raises NotFound
    for an unknown folder."""
    return with_ids(filter, _ExportedNames(search))


class _ExportedNames(IndexNames):
    """Takes a name for what has exactly that path, or is called so in an export, if there is such a thing."""

    def tags(self, ref: Ref) -> Sequence[str]:
        tag = self._search.tags.at(ref.name or "")
        return [tag.id] if ref.id is None and tag is not None else super().tags(ref)

    def lasting_persons(self, ref: Ref) -> Sequence[str]:
        if ref.id is None:
            exactly = [row.id for row in self._search.persons if called(self._search, row) == ref.name]
            if len(exactly) == 1:
                return exactly
        return super().lasting_persons(ref)

    def albums(self, ref: Ref) -> Sequence[str]:
        album = self._search.albums.at(ref.name or "")
        return [album.id] if ref.id is None and album is not None else super().albums(ref)
