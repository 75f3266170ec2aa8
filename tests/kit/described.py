"""Features of photos by their names, as if a backbone had described the pictures, for tests of what is learnt from
them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString

import numpy as np

from photos_graph.bootstrap import build
from photos_graph.faces.embedding import normalised
from photos_graph.graph import due
from photos_graph.graph.due import DuePhoto
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.learning import features
from photos_graph.settings import LearnSettings, Settings
from tests.kit.library import scanned
from tests.kit.pictures import jpeg, put

DIMENSIONS = 1712
NAMES: LiteralString = "MATCH (p:Photo)<-[:OF]-(f:File) RETURN p.id AS id, p.number AS number, f.name AS name"


def name_of(kind: str, number: int) -> str:
    """Returns the name of a picture, of which two of each kind are of one day."""
    return f"{kind} {number} 2019-07-{10 + number // 2}.jpg"


async def scan_and_describe(settings: Settings, root: Path, kinds: Sequence[str], each: int) -> None:
    """Scans ``each`` pictures of each kind, and puts features into the graph by which the kinds can be told apart."""
    for at, kind in enumerate(kinds):
        for number in range(each):
            put(root / name_of(kind, number), jpeg(100 * at + number, 96, 64))
    without = settings.model_copy(update={"learn": LearnSettings(enabled="off")})
    chance = np.random.default_rng(1)
    middles = normalised(chance.normal(size=(len(kinds), DIMENSIONS)).astype(np.float32))
    async with build(without) as services:
        await services.roots.add(str(root))
        await scanned(services)
        rows = sorted(await services.graph.read(NAMES), key=lambda row: str(row["name"]))
        photos = [DuePhoto(row["id"], row["number"]) for row in rows]
        own = [kinds.index(row["name"].split()[0]) for row in rows]
        noise = normalised(chance.normal(size=(len(rows), DIMENSIONS)).astype(np.float32))

        async def work(tx: Transaction) -> None:
            await features.put(tx, settings.learn.backbone, photos, middles[own] + noise)

        await services.graph.transaction(work)
        assert not await due.count(services.graph, due.FEATURES)
