"""TFRecord, written in a worker that holds TensorFlow and read by ``tf.data``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from photos_graph.images.cache import RenditionCache
from photos_graph.images.renditions import Renditions
from photos_graph.library.openers import Openers
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.model.labels import TagSource
from photos_graph.services.datasets.exports.pictures import Pictures
from photos_graph.services.datasets.exports.records import FaceRecord, LibraryRecord, PhotoRecord, TagRecord
from photos_graph.services.datasets.exports.shards import MAX_SHARD_BYTES, Shards, shards_of, shards_pool
from photos_graph.services.datasets.exports.staging import ExportedFile, StagingFolder
from photos_graph.services.media import Media
from photos_graph.services.scan.intake_tasks import INTAKE_TASKS
from photos_graph.settings import Settings
from photos_graph.workers.pool import WorkerPool
from tests.kit.pictures import jpeg

pytestmark = pytest.mark.anyio

READ_SHARDS = """
import json, sys
from pathlib import Path
from photos_graph.imports import hidden

with hidden("pandas", "sklearn"):
    import tensorflow as tf

text, number = tf.io.VarLenFeature(tf.string), tf.io.FixedLenFeature((), tf.int64)
form = {
    "image/encoded": tf.io.FixedLenFeature((), tf.string), "image/filename": tf.io.FixedLenFeature((), tf.string),
    "image/source_id": tf.io.FixedLenFeature((), tf.string), "image/height": number, "image/width": number,
    "image/tags": text, "image/tags/score": tf.io.VarLenFeature(tf.float32), "image/object/class/text": text,
    **{f"image/object/bbox/{side}": tf.io.VarLenFeature(tf.float32) for side in ("xmin", "ymin", "xmax", "ymax")},
}
for path in sorted(Path(sys.argv[1]).glob("*/*.tfrecord")):
    for raw in tf.data.TFRecordDataset(str(path)):
        found = tf.io.parse_single_example(raw, form)
        listed = lambda name: found[name].values.numpy().tolist()
        print(json.dumps({
            "name": found["image/filename"].numpy().decode(), "id": found["image/source_id"].numpy().decode(),
            "tags": [each.decode() for each in listed("image/tags")], "scores": listed("image/tags/score"),
            "persons": [each.decode() for each in listed("image/object/class/text")],
            "box": [each for side in ("xmin", "ymin", "xmax", "ymax") for each in listed(f"image/object/bbox/{side}")],
            "size": [int(found["image/height"]), int(found["image/width"]), 3],
            "shape": list(tf.io.decode_jpeg(found["image/encoded"]).shape), "split": path.parent.name,
        }))
"""


def read(folder: Path) -> list[dict[str, Any]]:
    arguments = [sys.executable, "-c", READ_SHARDS, folder]
    output = subprocess.run(arguments, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def record(
    number: int, split: str, tags: tuple[TagRecord, ...] = (), faces: tuple[FaceRecord, ...] = ()
) -> PhotoRecord:
    return PhotoRecord(
        f"{number:032x}",
        f"{number:064x}",
        (f"Pictures/{number}.jpg",),
        split,
        tags=tags,
        faces=faces,
        width=48,
        height=32,
    )


def test_a_shard_holds_as_many_pictures_as_fit_into_memory() -> None:
    records = [record(number, "train") for number in range(5)]
    sizes = (MAX_SHARD_BYTES // 2, MAX_SHARD_BYTES // 2, 1, MAX_SHARD_BYTES * 2, 1)
    written = {each.id: ExportedFile("", "", size) for each, size in zip(records, sizes, strict=True)}
    assert list(shards_of(records, written)) == [records[:2], records[2:3], records[3:4], records[4:]]


class CachedMedia(Media):
    """Media of which all pictures are in the cache, so that nothing is asked of a graph."""

    async def keys(self, photo_ids: Sequence[str]) -> dict[str, str]:
        return {photo_id: photo_id for photo_id in photo_ids}


async def test_tf_data_reads_the_shards(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    tags = (TagRecord("Places/Été", TagSource.MANUAL), TagRecord("Sea", TagSource.PREDICTED, score=0.75, model="m"))
    ann = FaceRecord((0.25, 0.2, 0.4, 0.5), person="Ann")
    records = [record(1, "train", tags, (ann, FaceRecord((0.0, 0.0, 0.1, 0.1), ignored=True))), record(2, "val")]
    cache = RenditionCache(settings.data_dir / "renditions", settings.images.cache_bytes)
    cache.load()
    for number, each in enumerate(records):
        cache.put(each.id, ThumbnailSize.LARGE, ThumbnailFormat.JPEG, jpeg(number))

    staging, pool, shards = (
        StagingFolder(tmp_path / "out"),
        WorkerPool(INTAKE_TASKS, 1, 2**31, 60, 4),
        shards_pool(settings),
    )
    staging.create()
    media = CachedMedia(None, Renditions(cache, pool, settings.images), Openers(False))  # type: ignore[arg-type]
    format = Shards(staging, Pictures(media, staging, False, 2), shards, settings)
    try:
        block = await format.write(0, records)
    finally:
        await shards.close()
        await pool.close()
    assert [each.path for each in block.files] == ["val/val-000000.tfrecord", "train/train-000000.tfrecord"]
    staging.record_block(0, block.records, block.files, block.skipped)
    list(format.finish(LibraryRecord()))
    staging.finish()

    one, two = sorted(read(staging.target), key=lambda each: str(each["name"]))
    assert (one["tags"], one["scores"], one["persons"]) == (["Places/Été", "Sea"], [-1.0, 0.75], ["Ann"])
    assert one["box"] == pytest.approx([0.25, 0.2, 0.65, 0.7])
    assert one["shape"] == one["size"] == [32, 48, 3]
    assert (two["tags"], two["persons"], two["split"]) == ([], [], "val")
    assert json.loads((staging.target / "labels.json").read_text()) == ["Places/Été", "Sea", "person: Ann"]
    assert not list(staging.target.rglob("*.jpg"))
