"""Counts what would not be shown any more if a root were removed."""

from __future__ import annotations

from photos_graph.model.library import RootContents
from photos_graph.search.index import SearchIndex
from photos_graph.search.label_sets import union


def contents_of(search: SearchIndex, root_id: str) -> RootContents:
    """Returns counts of the photos that only this root has, of what is said about them, and of its folders. It takes
    some operations on sets, however many photos there are, and a look at the keys of folders."""
    sets, folders = search.sets, search.folders
    others = union(folders.photos_below(id_) for id_ in folders.child_ids(None) if id_ != root_id)
    photos = folders.photos_below(root_id) - others
    below = f"{root_id}/"
    marked = [row for id_ in sets.tags.inheritance.marks if (row := folders.get(id_)) is not None]
    unrated = sets.by_value["rating"].get(0)
    return RootContents(
        photos=len(photos),
        folders=1 + sum(row.key.startswith(below) for row in folders),
        tagged_folders=sum(row.id == root_id or row.key.startswith(below) for row in marked),
        tagged=len(photos & sets.tags.having_any(confirmed=True)),
        rated=len(photos) if unrated is None else len(photos - unrated),
        favourites=len(photos & sets.favourites),
        faces=sum(count * those.intersection_cardinality(photos) for count, those in sets.labels.faces.items()),
        named=len(photos & union(sets.labels.persons.values())),
        in_albums=len(photos & sets.albums.having_any()),
    )
