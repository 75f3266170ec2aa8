"""The table of all faces, which is kept from one matching to the next.

While somebody names faces, they are matched every few seconds. Reading all faces takes a minute for each million, so
only those in photos that were touched since are read again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from pyroaring import BitMap

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import match_requests
from photos_graph.graph.faces.face_table import FaceTable, read_again, read_all
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index, Touch
from photos_graph.memory import give_back


class KeptFaces:
    """Reads all faces with the fingerprints of one model's vectors, and keeps them for so many ``seconds``.

    Whoever changes what the table has of a face touches the photo, except the matching itself, which calls
    ``changed``. If another service matched faces in the meantime, all of them are read.
    """

    def __init__(self, graph: Graph, index: Index, writer: LabelWriter, model: str, seconds: float) -> None:
        self._graph = graph
        self._writer = writer
        self._model = model
        self._seconds = seconds
        self._table: FaceTable | None = None
        self._touched: BitMap | None = None  # photos since the table was read; None means that any may have changed
        self._taker: str | None = None  # as which this object took a request last
        self._forgetting: asyncio.TimerHandle | None = None
        index.subscribe(self._touch)

    def _touch(self, touch: Touch) -> None:
        if touch.photos is None:
            self._touched = None
        else:
            self.changed(touch.photos)

    def changed(self, photos: BitMap) -> None:
        """Reads the faces of these photos again the next time. Call it before the change."""
        if self._touched is not None:
            self._touched |= photos

    @asynccontextmanager
    async def taken(self, *, whole: bool) -> AsyncIterator[FaceTable]:
        """Withdraws the request to match faces, and returns all of them as they are now. With ``whole``, nothing that
        was kept is used. One matching at a time may hold the table."""
        if self._forgetting is not None:
            self._forgetting.cancel()
        try:
            yield await self._now(whole=whole)
        finally:
            self._forgetting = asyncio.get_running_loop().call_later(self._seconds, self._forget)

    async def _now(self, *, whole: bool) -> FaceTable:
        taker = uuid4().hex
        is_ours = await match_requests.take(self._graph, taker) == self._taker
        await self._writer.follow()
        before, touched = self._table, self._touched
        self._table, self._touched, self._taker = None, BitMap(), taker
        if whole or not is_ours or before is None or touched is None or 2 * len(touched) > len(before):
            del before  # two tables are not held at once
            table = await read_all(self._graph, self._model)
        else:
            table = await read_again(self._graph, self._model, before, touched)
        self._table = table
        return table

    def _forget(self) -> None:
        self._table = None
        give_back()
