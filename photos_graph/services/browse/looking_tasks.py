"""The tasks of a child process that looks for what a text says in all photos. ``looking_child`` implements them."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.workers.task import LocalPath, Task


@dataclass(frozen=True, slots=True)
class LookOrder:
    """An order to compare a text with the vectors in the file ``vectors``, by the model in ``folder``. Without a text,
    both are only loaded. Raises ModelUnavailable if they do not belong together."""

    text: str
    folder: LocalPath
    vectors: LocalPath
    threads: int


# Emits the numbers, the prefixes and the scores of the photos that were found, as uint32, int64 and float32: see
# ``learn/picture_vectors.py:AlikePhotos``. Returns how many there are.
LOOK = Task("photos_graph.services.browse.looking_child:look", LookOrder, int)
