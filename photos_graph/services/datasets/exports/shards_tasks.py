"""The task by which a child process builds a shard. ``shards_child`` implements it."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import Descriptor, LocalPath, Task


@dataclass(frozen=True, slots=True)
class ShardExample:
    """A picture, with its features by name."""

    picture: Descriptor
    integers: dict[str, list[int]]
    floats: dict[str, list[float]]
    texts: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class ShardOrder:
    """A request for a shard. ``home`` is the folder of the weights, in which Keras has its settings."""

    examples: tuple[ShardExample, ...]
    home: LocalPath
    threads: int
    max_bytes: int


# The answer is the emitted shard.
WRITE_SHARD = Task("photos_graph.services.datasets.exports.shards_child:write_shard", ShardOrder, type(None))
