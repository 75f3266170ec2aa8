"""The child process that builds TFRecord shards: it reads the pictures and returns the shard. It holds TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from photos_graph.images.picture_files import read_picture
from photos_graph.learn.backbone import import_keras
from photos_graph.paths import decode_raw
from photos_graph.workers.task import Emit

SHARD = "ram://shard.tfrecord"  # TensorFlow's file system in memory, because a worker may not write files
CHUNK = 1024 * 1024  # bytes


def _shard(argument: dict[str, Any], emit: Emit) -> dict[str, Any]:
    """Emits the shard with the ``examples`` in chunks."""
    import_keras(Path(argument["home"]), argument["threads"])
    import tensorflow as tf

    with tf.io.TFRecordWriter(SHARD) as shard:
        for example in argument["examples"]:
            encoded = read_picture(decode_raw(example["path"]), argument["max_bytes"])
            shard.write(_example(tf, example, encoded).SerializeToString())
    with tf.io.gfile.GFile(SHARD, "rb") as file:
        while chunk := file.read(CHUNK):
            emit(chunk)
    tf.io.gfile.remove(SHARD)
    return {}


def _example(tf: Any, example: dict[str, Any], encoded: bytes) -> Any:
    train = tf.train
    features = {"image/encoded": train.Feature(bytes_list=train.BytesList(value=[encoded]))}
    for name, values in example["integers"].items():
        features[name] = train.Feature(int64_list=train.Int64List(value=values))
    for name, values in example["floats"].items():
        features[name] = train.Feature(float_list=train.FloatList(value=values))
    for name, values in example["texts"].items():
        features[name] = train.Feature(bytes_list=train.BytesList(value=[value.encode() for value in values]))
    return train.Example(features=train.Features(feature=features))
