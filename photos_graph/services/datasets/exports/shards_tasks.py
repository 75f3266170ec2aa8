"""What a child process writes for an export; ``shards_child`` has the function."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class ShardExample:
    """A picture at ``path`` and the features beside it, by their names."""

    path: LocalPath
    integers: dict[str, list[int]]
    floats: dict[str, list[float]]
    texts: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class ShardOrder:
    """``home`` is the folder of the weights, where Keras has its settings."""

    examples: tuple[ShardExample, ...]
    home: LocalPath
    threads: int
    max_bytes: int


# Emits the shard.
WRITE_SHARD = Task("photos_graph.services.datasets.exports.shards_child:write_shard", ShardOrder, type(None))
