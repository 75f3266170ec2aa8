"""COCO: pictures, and for each split a file of what is on them: tags of the whole picture, and faces as boxes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from photos_graph.services.datasets.exports.building import Building, Written
from photos_graph.services.datasets.exports.dataset_formats import Block, shown
from photos_graph.services.datasets.exports.gathering import SPLITS
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord

ANYBODY = "person"  # the category of a face without a name, and the supercategory of names
TOPMOST = "tag"  # the supercategory of a topmost tag


class Coco:
    how_to_read = """\
`annotations/<split>.json` are COCO files: `pycocotools.coco.COCO("annotations/train.json")`; pictures
are in `images/<split>/`. A tag of the whole picture is an annotation whose box is the picture (`"kind": "tag"`); a
face has its own box (`"kind": "face"`) and the person as its category, or `person` without a name. The name of a
tag's category is its path, the supercategory the path of the tag above it."""

    def __init__(self, building: Building, pictures: Pictures) -> None:
        self._building = building
        self._pictures = pictures

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        block = Block()
        written = await self._pictures.write(
            block, records, lambda record, extension: f"images/{record.split}/{record.id}{extension}"
        )
        block.files += written.values()
        return block

    def finish(self, library: LibraryRecord) -> Iterable[Written]:
        categories = self._categories()
        for split, _ in SPLITS:
            yield self._building.put(f"annotations/{split}.json", self._annotations(split, categories))

    def _categories(self) -> dict[tuple[str, str], int]:
        """(kind, name) of those that are used to ids, the same in all splits."""
        used = {key for record in self._building.records() for key, _ in _labels(record)}
        return {key: number for number, key in enumerate(sorted(used), 1)}

    def _annotations(self, split: str, categories: dict[tuple[str, str], int]) -> Iterator[bytes]:
        """The file, in pieces: twice through the records, of which none is kept."""
        about = {"description": f"Exported by photos-graph, {split}; see datasheet.md", "version": "1.0"}
        licences = [{"id": 0, "name": "unknown", "url": ""}]
        yield f'{{"info": {json.dumps(about)}, "licenses": {json.dumps(licences)},\n"categories": '.encode()
        yield json.dumps([_category(key, number) for key, number in categories.items()]).encode()
        yield b',\n"images": ['
        yield from _listed(_image(number, record) for number, record in self._of(split))
        yield b'],\n"annotations": ['
        marks = ((number, record, *label) for number, record in self._of(split) for label in _labels(record))
        yield from _listed(
            _annotation(at, number, record, key, categories[key], box)
            for at, (number, record, key, box) in enumerate(marks, 1)
        )
        yield b"]}\n"

    def _of(self, split: str) -> Iterator[tuple[int, PhotoRecord]]:
        """With the number that is a picture's id."""
        return (each for each in enumerate(self._building.records(), 1) if each[1].split == split)


Label = tuple[tuple[str, str], tuple[float, float, float, float]]  # kind and name; x, y, width and height as shares


def _labels(record: PhotoRecord) -> Iterator[Label]:
    for tag in record.tags:
        yield ("tag", tag.tag), (0.0, 0.0, 1.0, 1.0)
    for face in shown(record):
        yield ("face", face.person or ANYBODY), face.box


def _category(key: tuple[str, str], number: int) -> dict[str, object]:
    kind, name = key
    above = (name.rpartition("/")[0] or TOPMOST) if kind == "tag" else ANYBODY
    return {"id": number, "name": name, "supercategory": above, "kind": kind}


def _image(number: int, record: PhotoRecord) -> dict[str, object]:
    path, width, height = record.picture or ("", 0, 0)
    return {
        "id": number,
        "file_name": path,
        "width": width,
        "height": height,
        "license": 0,
        "date_captured": record.taken or "",
        "sha256": record.sha256,
        "originals": record.files,
    }


def _annotation(
    at: int,
    number: int,
    record: PhotoRecord,
    key: tuple[str, str],
    category: int,
    box: tuple[float, float, float, float],
) -> dict[str, object]:
    _, width, height = record.picture or ("", 0, 0)
    x, y, w, h = box[0] * width, box[1] * height, box[2] * width, box[3] * height
    sides = [round(side, 2) for side in (x, y, w, h)]
    kind, name = key
    return {
        "id": at,
        "image_id": number,
        "category_id": category,
        "bbox": sides,
        "area": round(sides[2] * sides[3], 2),
        "iscrowd": 0,
        "segmentation": [],
        "kind": kind,
        **_provenance(record, kind, name, box),
    }


def _provenance(record: PhotoRecord, kind: str, name: str, box: tuple[float, ...]) -> dict[str, object]:
    if kind == "tag":
        tag = next(tag for tag in record.tags if tag.tag == name)
        told = {"source": tag.source.value, "score": tag.score, "model": tag.model, "folder": tag.folder}
    else:
        face = next(face for face in record.faces if face.box == box)
        marks = [mark.via for mark in face.marks if not mark.never]
        told = {"source": marks[0] if marks else None, "score": face.score}
    return {word: value for word, value in told.items() if value is not None}


def _listed(items: Iterable[dict[str, object]]) -> Iterator[bytes]:
    for place, item in enumerate(items):
        yield (b",\n" if place else b"\n") + json.dumps(item, ensure_ascii=False).encode()
