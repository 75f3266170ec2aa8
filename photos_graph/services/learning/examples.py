"""Collects the labels of tags for training from the search index, which includes the tags of folders and exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter
from pyroaring import BitMap

from photos_graph.graph.learning.features import DescribedPhoto
from photos_graph.learn.dataset import LabelledPhotos, TagNode
from photos_graph.model.learning import Sheet
from photos_graph.search.index import SearchIndex
from photos_graph.services.learning.sheet_answers import sheet_answers

_EXAMPLES = TypeAdapter(LabelledPhotos)


def labelled_photos(
    search: SearchIndex, photos: Sequence[DescribedPhoto], sheets: Mapping[str, Sequence[Sheet]] | None = None
) -> LabelledPhotos:
    """Returns the labels of the visible ones of these photos, in the given order. A stack is one example: that of its
    first photo among them, since all of them have the same labels. ``sheets`` are those of each tag by its id."""
    shown = search.collapsed(BitMap([photo.number for photo in photos]) & search.sets.visible)
    photos = [photo for photo in photos if photo.number in shown]
    place = {photo.number: at for at, photo in enumerate(photos)}
    numbers = BitMap(list(place))
    tags = search.sets.tags
    rows = list(tags.rows)
    table = search.sets.table

    def places(those: BitMap) -> list[int]:
        return [place[number] for number in those & numbers]

    by_id = {photo.id: at for at, photo in enumerate(photos)}

    def judged(tag_id: str, drawn: Sequence[Sheet]) -> list[tuple[int, float]]:
        answers = sheet_answers(search, tag_id, drawn).among(by_id)
        return [(by_id[id_], chance) for id_, chance in answers.judged(drawn)]

    return LabelledPhotos(
        ids=[photo.id for photo in photos],
        days=[photo.day for photo in photos],
        folders=[_first(table.folder_sets.values[table.folders[photo.number]]) for photo in photos],
        tags=[TagNode(row.id, row.name, (row.parent_id,) if row.parent_id is not None else ()) for row in rows],
        positives={row.id: places(tags.put_on(row.id, confirmed=True)) for row in rows},
        negatives={row.id: places(tags.excluded(row.id, confirmed=True)) for row in rows},
        sheets={id_: judged(id_, drawn) for id_, drawn in (sheets or {}).items() if drawn},
    )


def in_order(photos: LabelledPhotos, ids: Sequence[str]) -> LabelledPhotos:
    """Returns the labels in the order of ``ids``. A photo that is not among them has no label."""
    before = {id_: at for at, id_ in enumerate(photos.ids)}
    now = {before[id_]: at for at, id_ in enumerate(ids) if id_ in before}

    def moved(places: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
        return {tag: [now[at] for at in those if at in now] for tag, those in places.items()}

    positions = [before.get(id_) for id_ in ids]
    return LabelledPhotos(
        ids=ids,
        days=[None if at is None else photos.days[at] for at in positions],
        folders=["" if at is None else photos.folders[at] for at in positions],
        tags=photos.tags,
        positives=moved(photos.positives),
        negatives=moved(photos.negatives),
        sheets={tag: [(now[at], chance) for at, chance in those if at in now] for tag, those in photos.sheets.items()},
    )


def _first(folders: Sequence[str]) -> str:
    return folders[0] if folders else ""


def write(photos: LabelledPhotos, path: Path) -> None:
    path.write_bytes(_EXAMPLES.dump_json(photos))


def read(path: Path) -> LabelledPhotos:
    return _EXAMPLES.validate_json(path.read_bytes())
