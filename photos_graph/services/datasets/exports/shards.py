"""The TFRECORD format: a ``tf.train.Example`` for each picture, in one or more shards for each block and split."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from photos_graph.services.datasets.exports.dataset_formats import Block, label_names, visible_faces
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.record_reader import SPLITS
from photos_graph.services.datasets.exports.records import LibraryRecord, PhotoRecord
from photos_graph.services.datasets.exports.shards_tasks import WRITE_SHARD, ShardExample, ShardOrder
from photos_graph.services.datasets.exports.staging import WORK, ExportedFile, StagingFolder
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool

MAX_QUEUED = 4  # calls
MAX_PICTURES = 400  # in a shard, all of which are open while it is written
MAX_SHARD_BYTES = 128 * 1024 * 1024  # of the pictures in a shard, which both processes hold in memory


def shards_pool(settings: Settings) -> WorkerPool:
    """Returns a pool of one process, which holds TensorFlow while shards are written."""
    learn = settings.learn
    folders = settings.readable_by_models
    return WorkerPool(
        (WRITE_SHARD,), 1, learn.memory_bytes, learn.timeout_seconds, MAX_QUEUED, learn.idle_seconds, folders
    )


class Shards:
    """The writer of the TFRECORD format."""

    how_to_read = """\
`<split>/*.tfrecord` contain one `tf.train.Example` per picture, with the names of the TensorFlow object
detection API: `image/encoded`, `image/format`, `image/height`, `image/width`, `image/filename` and `image/key/sha256`.
`image/tags` are the paths of tags, with `image/tags/source` and `image/tags/score` in the same order; a score of -1
means that the tag is not a prediction. Faces are in `image/object/bbox/xmin`, `ymin`, `xmax` and `ymax` (fractions of
the picture) and in `image/object/class/text` (the person, or empty). `labels.json` lists tags and persons."""

    def __init__(self, staging: StagingFolder, pictures: Pictures, pool: WorkerPool, settings: Settings) -> None:
        self._staging = staging
        self._pictures = pictures
        self._pool = pool
        self._settings = settings

    async def write(self, number: int, records: Sequence[PhotoRecord]) -> Block:
        """Writes the shards of a block. Raises ModelUnavailable if TensorFlow is not installed."""
        block = Block()
        scratch = f"{WORK}/pictures-{number:06d}"
        pictures = await self._pictures.write(
            block, records, lambda record, extension: f"{scratch}/{record.id}{extension}"
        )
        for split, _ in SPLITS:
            in_split = [record for record in block.records if record.split == split]
            for part, shard in enumerate(shards_of(in_split, pictures)):
                relative = f"{split}/{split}-{number:06d}{f'-{part}' if part else ''}.tfrecord"
                block.files.append(await self._shard(relative, shard))
        await asyncio.to_thread(shutil.rmtree, self._staging.path / scratch, True)
        return block

    async def _shard(self, relative: str, records: Sequence[PhotoRecord]) -> ExportedFile:
        with ExitStack() as closing:
            order = ShardOrder(
                examples=tuple(self._example(record, closing) for record in records),
                home=self._settings.models_dir,
                threads=self._settings.learn.threads,
                max_bytes=self._settings.images.max_bytes,
            )
            _, chunks = await self._pool.call(WRITE_SHARD, order)
        return await asyncio.to_thread(self._staging.put, relative, chunks)

    def _example(self, record: PhotoRecord, closing: ExitStack) -> ShardExample:
        path, width, height = record.picture or ("", 0, 0)
        picture = closing.enter_context((self._staging.path / path).open("rb"))
        faces = list(visible_faces(record))
        return ShardExample(
            picture=picture.fileno(),
            integers={"image/height": [height], "image/width": [width]},
            floats={
                "image/tags/score": [-1.0 if tag.score is None else tag.score for tag in record.tags],
                "image/object/bbox/xmin": [face.box[0] for face in faces],
                "image/object/bbox/ymin": [face.box[1] for face in faces],
                "image/object/bbox/xmax": [face.box[0] + face.box[2] for face in faces],
                "image/object/bbox/ymax": [face.box[1] + face.box[3] for face in faces],
            },
            texts={
                "image/format": ["jpeg" if path.endswith(".jpg") else path.rpartition(".")[2]],
                "image/filename": [record.files[0]],
                "image/source_id": [record.id],
                "image/key/sha256": [record.sha256],
                "image/tags": [tag.tag for tag in record.tags],
                "image/tags/source": [tag.source.value for tag in record.tags],
                "image/object/class/text": [face.person or "" for face in faces],
            },
        )

    def finish(self, library: LibraryRecord) -> Iterable[ExportedFile]:
        """Writes ``labels.json`` with the names of all labels."""
        names = sorted({name for record in self._staging.records() for name in label_names(record)})
        yield self._staging.put("labels.json", [json.dumps(names, indent=1, ensure_ascii=False).encode()])


def shards_of(records: Sequence[PhotoRecord], pictures: Mapping[str, ExportedFile]) -> Iterator[list[PhotoRecord]]:
    """Yields the records in chunks that fit into a shard. ``pictures`` holds their files by photo id."""
    shard: list[PhotoRecord] = []
    size = 0
    for record in records:
        size += pictures[record.id].size
        if shard and (size > MAX_SHARD_BYTES or len(shard) == MAX_PICTURES):
            yield shard
            shard, size = [], pictures[record.id].size
        shard.append(record)
    if shard:
        yield shard
