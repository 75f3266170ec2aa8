"""Why a photo answers a question: the terms of it that hold, and by which way they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache

from pyroaring import BitMap

from photos_graph.model import FolderMarks, Match, MatchKind
from photos_graph.search import geo
from photos_graph.search.columns import NO_DATE
from photos_graph.search.evaluation import evaluate_within
from photos_graph.search.folding import name_words
from photos_graph.search.hierarchy import Hierarchy, R
from photos_graph.search.label_sets import NONE
from photos_graph.search.query import (
    And,
    AtPlace,
    Everything,
    Excluded,
    FacesIn,
    Favourite,
    InBox,
    InFolder,
    Near,
    Not,
    OnlyPersons,
    OnlyTagged,
    Or,
    Query,
    Rated,
    Tagged,
    TakenIn,
    TakenWith,
    WithPerson,
    Words,
)
from photos_graph.search.rows import PlaceRow, TagRow
from photos_graph.search.terms import Terms
from photos_graph.tags import inherited

Found = Iterator[tuple[int, Match]]  # with the number of the photo


def matches(terms: Terms, query: Query, numbers: Sequence[int]) -> dict[int, list[Match]]:
    """For each of the photos, as far as it answers the query. What must not be is no reason, and of an ``or`` only
    the branches that hold are. Raises TooComplex, as evaluating does."""
    page = BitMap(numbers) & terms.visible
    fitting = evaluate_within(terms, query, page)
    found: dict[int, dict[Match, None]] = {number: {} for number in numbers}
    for number, match in _reasons(terms, query, fitting):
        found[number][match] = None
    return {number: list(reasons) for number, reasons in found.items()}


def _reasons(terms: Terms, query: Query, photos: BitMap) -> Found:
    """``photos`` answer the query."""
    if not photos:
        return
    match query:
        case And(parts):
            for part in parts:
                yield from _reasons(terms, part, photos)
        case Or(parts):
            for part in parts:
                yield from _reasons(terms, part, evaluate_within(terms, part, photos))
        case Everything() | Not():
            return
        case Tagged(tag_id, confirmed):
            if (tag := terms.tags.rows.get(tag_id)) is not None:
                yield from _tagged(terms, tag, confirmed, photos)
        case WithPerson(person_id):
            yield from _each(photos, MatchKind.PERSON, _name(terms.persons.rows, person_id))
        case InFolder(folder_id):
            yield from _each(photos, MatchKind.FOLDER, terms.folders.path(folder_id) or "")
        case AtPlace(place_id):
            if (place := terms.places.get(place_id)) is not None:
                yield from _at_place(terms, place, photos)
        case TakenIn():
            if query != TakenIn():
                yield from _taken(terms, photos)
        case Words(text, confirmed):
            yield from _worded(terms, text, confirmed, photos)
        case _:
            yield from _other(terms, query, photos)


def _each(photos: BitMap, kind: MatchKind, label: str) -> Found:
    match = Match(kind, label)
    return ((number, match) for number in photos)


def _tagged(terms: Terms, row: TagRow, confirmed: bool, photos: BitMap) -> Found:
    """The first of people, folders and models that brings the tag is its way: the folders that carry it; or, where
    the tag itself was not put on the photo, the narrower tags that were."""
    tags, labels = terms.tags, terms.labels
    put = {id_: photos & tags.put_on(id_, confirmed) for id_ in tags.rows.way_down(row.id)}
    put = {id_: those for id_, those in put.items() if those}
    said = {id_: those & labels.said.get(id_, NONE) for id_, those in put.items()}
    came = {id_: those & tags.inherited(id_) for id_, those in put.items()}
    for number in photos:
        by_people, by_folders = _with(said, number), _with(came, number)
        if by_folders and not by_people:
            via = _paths(terms.folders.path, _carriers(terms, number, by_folders))
        else:
            narrower = by_people or _with(put, number)
            via = () if row.id in narrower else _paths(tags.rows.path, narrower)
        yield number, Match(MatchKind.TAG, row.name, via)


def _with(sets: Mapping[str, BitMap], number: int) -> set[str]:
    return {id_ for id_, photos in sets.items() if number in photos}


def _carriers(terms: Terms, number: int, tag_ids: AbstractSet[str]) -> Iterator[str]:
    """The folders that give any of these tags to the photo."""
    marks = terms.tags.inheritance.marks
    for folder_id in _folders(terms, number):
        way = [marks.get(at) or FolderMarks(at) for at in terms.folders.way_up(folder_id)]
        for carried, carrier in inherited(way, terms.tags.rows.way_up):
            if carried.tag_id in tag_ids:
                yield carrier


def _at_place(terms: Terms, row: PlaceRow, photos: BitMap) -> Found:
    """By way of the places within it that the photo is at."""
    for number in photos:
        own = [id_ for id_ in _places(terms, number) if row.id in terms.places.way_up(id_)]
        via = () if row.id in own else _paths(terms.places.path, own)
        yield number, Match(MatchKind.PLACE, row.name, via)


def _taken(terms: Terms, photos: BitMap) -> Found:
    for number in photos:
        moment = terms.table.taken[number]
        if moment != NO_DATE:
            yield number, Match(MatchKind.DATE, str(moment.astype("M8[us]").astype("M8[D]")))


def _worded(terms: Terms, text: str, confirmed: bool, photos: BitMap) -> Found:
    """Each word by way of the folders, places, tags and persons with it in their names; a file's own name is not
    said."""
    tags, persons = terms.tags, terms.persons
    above = {number: _way_up(terms.folders, _folders(terms, number)) for number in photos}
    around = {number: _way_up(terms.places, _places(terms, number)) for number in photos}
    rows = (terms.folders, terms.places, tags.rows, persons.rows)
    folder_path, place_path, tag_path, person_path = (cache(each.path) for each in rows)
    for word in dict.fromkeys(name_words(text)):
        folders, places = terms.folders.rows_worded(word), terms.places.rows_worded(word)
        tagged = _by_photo((id_, photos & tags.having(id_, confirmed)) for id_ in tags.rows.rows_worded(word))
        shown = _by_photo((id_, photos & persons.showing(id_, confirmed)) for id_ in persons.rows.rows_worded(word))
        for number in photos:
            via = (
                *_paths(folder_path, above[number] & folders),
                *_paths(place_path, around[number] & places),
                *_paths(tag_path, tagged.get(number, ())),
                *_paths(person_path, shown.get(number, ())),
            )
            yield number, Match(MatchKind.TEXT, word, via)


def _way_up(rows: Hierarchy[R], ids: Iterable[str]) -> set[str]:
    return {at for id_ in ids for at in rows.way_up(id_)}


def _by_photo(sets: Iterable[tuple[str, BitMap]]) -> dict[int, list[str]]:
    """The ids by the numbers of their photos."""
    found: dict[int, list[str]] = {}
    for id_, photos in sets:
        for number in photos:
            found.setdefault(number, []).append(id_)
    return found


def _other(terms: Terms, query: Query, photos: BitMap) -> Found:
    for number in photos:
        yield number, Match(MatchKind.OTHER, _said_of(terms, query, number))


def _said_of(terms: Terms, query: Query, number: int) -> str:
    table = terms.table
    match query:
        case Rated():
            return f"rating {table.rating[number]}"
        case Favourite(wanted):
            return "favourite" if wanted else "not a favourite"
        case TakenWith():
            return " ".join(part for part in table.cameras.values[table.camera[number]].split("|") if part)
        case FacesIn():
            count = next((count for count, those in terms.labels.faces.items() if number in those), 0)
            return "1 face" if count == 1 else f"{count} faces"
        case Near(latitude, longitude):
            at = slice(number, number + 1)
            away = geo.distance_km(table.latitude[at], table.longitude[at], latitude, longitude)
            return f"{away[0]:.1f} km away"
        case InBox():
            return f"{table.latitude[number]:.4f}, {table.longitude[number]:.4f}"
        case Excluded(tag_id):
            return f"without {_name(terms.tags.rows, tag_id)}"
        case OnlyTagged():
            return "no other tags"
        case OnlyPersons():
            return "nobody else"
        case _:
            return "untagged"


def _folders(terms: Terms, number: int) -> tuple[str, ...]:
    return terms.table.folder_sets.values[int(terms.table.folders[number])]


def _places(terms: Terms, number: int) -> tuple[str, ...]:
    return terms.table.place_sets.values[int(terms.table.places[number])]


def _paths(path_of: Callable[[str], str | None], ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({path for id_ in ids if (path := path_of(id_)) is not None}))


def _name(rows: Hierarchy[R], id_: str) -> str:
    row = rows.get(id_)
    return row.name if row else ""
