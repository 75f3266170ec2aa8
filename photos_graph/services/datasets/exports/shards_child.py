"""The child's side of ``shards_tasks``: it reads the pictures and returns the shard. It holds TensorFlow."""

from __future__ import annotations

from typing import Any

from photos_graph.images.picture_files import read_picture
from photos_graph.learn.keras_networks import import_keras
from photos_graph.services.datasets.exports.shards_tasks import WRITE_SHARD, ShardExample, ShardOrder
from photos_graph.workers.task import CHUNK_BYTES, Emit

SHARD = "ram://shard.tfrecord"  # TensorFlow's file system in memory, because a worker may not write files


@WRITE_SHARD.implementation
def write_shard(order: ShardOrder, emit: Emit) -> None:
    """Emits the shard with the examples of the order in chunks."""
    import_keras(order.home, order.threads)
    import tensorflow as tf

    with tf.io.TFRecordWriter(SHARD) as shard:
        for example in order.examples:
            encoded = read_picture(example.picture, order.max_bytes)
            shard.write(_example(tf, example, encoded).SerializeToString())
    with tf.io.gfile.GFile(SHARD, "rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            emit(chunk)
    tf.io.gfile.remove(SHARD)


def _example(tf: Any, example: ShardExample, encoded: bytes) -> Any:
    train = tf.train
    features = {"image/encoded": train.Feature(bytes_list=train.BytesList(value=[encoded]))}
    for name, integers in example.integers.items():
        features[name] = train.Feature(int64_list=train.Int64List(value=integers))
    for name, floats in example.floats.items():
        features[name] = train.Feature(float_list=train.FloatList(value=floats))
    for name, texts in example.texts.items():
        features[name] = train.Feature(bytes_list=train.BytesList(value=[text.encode() for text in texts]))
    return train.Example(features=train.Features(feature=features))
