"""The COCO format: pictures, and one annotation file per split with tags of whole pictures and boxes of faces."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from photos_graph.names import tag_names, tag_path
from photos_graph.services.datasets.exports.dataset_formats import Block, visible_faces
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.record_reader import SPLITS
from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder

PERSON_CATEGORY = "person"  # the category of a face without a name, and the supercategory of names
TAG_SUPERCATEGORY = "tag"  # the supercategory of a tag without a parent


class Coco:
    """The writer of the COCO format."""

    how_to_read = """\
`annotations/<split>.json` are COCO files. Read them with `pycocotools.coco.COCO("annotations/train.json")`.
The pictures are in `images/<split>/`. A tag is an annotation whose box is the whole picture (`"kind": "tag"`). A face
has its own box (`"kind": "face"`), and its category is the person, or `person` if it has no name. The name of the
category of a tag is its path, and the supercategory is the path of its parent."""

    def __init__(self, staging: StagingFolder, pictures: Pictures) -> None:
        self._staging = staging
        self._pictures = pictures

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the pictures of a block."""
        block = Block()
        pictures = await self._pictures.write(
            block, records, lambda record, extension: f"images/{record.split}/{record.id}{extension}"
        )
        block.files += pictures.values()
        return block

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes an annotation file for each split."""
        categories = self._categories()
        for split, _ in SPLITS:
            yield self._staging.put(f"annotations/{split}.json", self._annotations(split, categories))

    def _categories(self) -> dict[tuple[str, str], int]:
        """Returns the id of each (kind, name) that occurs. The ids are the same in all splits."""
        keys = {key for record in self._staging.records() for key, _ in _annotated(record)}
        return {key: number for number, key in enumerate(sorted(keys), 1)}

    def _annotations(self, split: str, categories: dict[tuple[str, str], int]) -> Iterator[bytes]:
        """Yields the annotation file in chunks. It reads the records twice rather than keep them in memory."""
        info = {"description": f"Exported by photos-graph, {split}; see datasheet.md", "version": "1.0"}
        licences = [{"id": 0, "name": "unknown", "url": ""}]
        yield f'{{"info": {json.dumps(info)}, "licenses": {json.dumps(licences)},\n"categories": '.encode()
        yield json.dumps([_category(key, number) for key, number in categories.items()]).encode()
        yield b',\n"images": ['
        yield from _json_items(_image(number, record) for number, record in self._numbered(split))
        yield b'],\n"annotations": ['
        found = ((number, record, *label) for number, record in self._numbered(split) for label in _annotated(record))
        yield from _json_items(
            _annotation(id_, number, record, key, categories[key], box)
            for id_, (number, record, key, box) in enumerate(found, 1)
        )
        yield b"]}\n"

    def _numbered(self, split: str) -> Iterator[tuple[int, PhotoRecord]]:
        """Yields the records of the split, each with the number that is the id of its picture."""
        return (each for each in enumerate(self._staging.records(), 1) if each[1].split == split)


Annotated = tuple[tuple[str, str], tuple[float, float, float, float]]  # (kind, name); (x, y, width, height) as shares


def _annotated(record: PhotoRecord) -> Iterator[Annotated]:
    for tag in record.tags:
        yield ("tag", tag.tag), (0.0, 0.0, 1.0, 1.0)
    for face in visible_faces(record):
        yield ("face", face.person or PERSON_CATEGORY), face.box


def _category(key: tuple[str, str], number: int) -> dict[str, object]:
    kind, name = key
    parent = (tag_path(tag_names(name)[:-1]) or TAG_SUPERCATEGORY) if kind == "tag" else PERSON_CATEGORY
    return {"id": number, "name": name, "supercategory": parent, "kind": kind}


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
    id_: int,
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
        "id": id_,
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
        found = {"source": tag.source.value, "score": tag.score, "model": tag.model, "folder": tag.folder}
    else:
        face = next(face for face in record.faces if face.box == box)
        marks = [mark.via for mark in face.marks if not mark.never]
        found = {"source": marks[0] if marks else None, "score": face.score}
    return {key: value for key, value in found.items() if value is not None}


def _json_items(items: Iterable[dict[str, object]]) -> Iterator[bytes]:
    for index, item in enumerate(items):
        yield (b",\n" if index else b"\n") + json.dumps(item, ensure_ascii=False).encode()
