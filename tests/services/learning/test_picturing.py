"""Words that nothing else knows are looked for in the pictures by an image-text model, from the scan to the answer."""

from __future__ import annotations

import io
from pathlib import Path
from typing import LiteralString

import numpy as np
import PIL.Image
import pytest

from photos_graph.bootstrap import Services, build
from photos_graph.errors import Unavailable
from photos_graph.events import PhotosArrived
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.labels import Certainty
from photos_graph.model.search import MatchKind, PhotoOrder
from photos_graph.search.filters import PhotoFilter
from photos_graph.search.query import Query
from photos_graph.services.browse import looking
from photos_graph.services.learning.picturing import FETCH
from photos_graph.settings import LearnSettings, Settings
from tests.kit.image_text import BLUE, GREEN, GREY, RED, image_text_model
from tests.kit.library import ended, scanned, searched
from tests.kit.pictures import put
from tests.kit.portraits import settled
from tests.kit.waiting import PATIENCE

pytestmark = [pytest.mark.anyio, pytest.mark.both_engines]

OTHERS = 30
COUNTED: LiteralString = """
MATCH (p:Photo)
OPTIONAL MATCH (p)-[:PICTURED_BY]->(x:PictureVector)
RETURN count(p) AS photos, count(p.picturedDue) AS due, count(x) AS vectors
"""
MODELS: LiteralString = "MATCH (x:PictureVector) RETURN DISTINCT x.model AS model"


def picture(above: tuple[int, int, int], below: tuple[int, int, int], seed: int) -> bytes:
    """Makes a picture of two colours, with noise that tells it apart."""
    pixels = np.zeros((40, 60, 3))
    pixels[:20], pixels[20:] = above, below
    pixels += np.random.default_rng(seed).normal(scale=12, size=pixels.shape)
    data = io.BytesIO()
    PIL.Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(data, "JPEG", quality=95)
    return data.getvalue()


def library(root: Path) -> Path:
    for number in range(3):
        put(root / f"r{number}.jpg", picture(RED, RED, number))
        put(root / f"g{number}.jpg", picture(GREEN, GREEN, 10 + number))
    put(root / "p.jpg", picture(BLUE, RED, 20))
    for number in range(OTHERS):
        shades = np.random.default_rng(number).integers(-20, 20, (2, 3)) + GREY[0]
        put(root / f"o{number}.jpg", picture(tuple(shades[0]), tuple(shades[1]), 100 + number))
    return root


def with_model(settings: Settings, folder: Path, **learn: object) -> Settings:
    """Returns settings in which the backbone of ImageNet has no weights."""
    given = LearnSettings.model_validate({"text": str(folder), "threads": 1, **learn})
    return settings.model_copy(update={"learn": given})


async def names(services: Services, query: Query) -> set[str]:
    found = await services.browse.photos_by_id(services.browse.page(query, PhotoOrder.NAME_ASC).ids)
    return {photo.name for photo in found if photo is not None}


async def shown(services: Services, text: str) -> set[str]:
    parsed, page = await searched(services, text)
    assert [term.kind for term in parsed.terms] == [MatchKind.LOOKS_LIKE] and not parsed.unmatched, text
    return {photo.name for photo in await services.browse.photos_by_id(page.ids) if photo is not None}


async def predicted(services: Services) -> Job:
    return await ended(services, await services.jobs.queue(JobKind.PREDICT))


async def test_words_find_what_the_pictures_show(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, root = tmp_path / "model", library(tmp_path / "Pictures")
    async with build(with_model(settings, folder)) as services:
        await services.roots.add(str(root))
        await scanned(services)
        job = await predicted(services)
        assert "lacks onnx/vision_model.onnx" in (job.message or "") and FETCH in (job.message or "")
        assert (await searched(services, "crimson"))[0].unmatched == ("crimson",)

        image_text_model(folder)
        await services.learning_triggers.photos_arrived(PhotosArrived())
        await settled(services)
        [counted] = await services.graph.read(COUNTED)
        assert (counted["photos"], counted["due"], counted["vectors"]) == (7 + OTHERS, 0, 7 + OTHERS)
        assert await shown(services, "crimson") == {"r0.jpg", "r1.jpg", "r2.jpg"}
        assert await shown(services, "Emerald") == {"g0.jpg", "g1.jpg", "g2.jpg"}
        assert await shown(services, "poppies") == {"p.jpg"}

        # Filters, reasons and words for filters.
        look = PhotoFilter(looks_like="crimson")
        query = await services.questions.of_filter(look)
        assert await names(services, query) == {"r0.jpg", "r1.jpg", "r2.jpg"}
        page = services.browse.photos(look, PhotoOrder.NAME_ASC)
        assert [match.kind for [match] in services.browse.matches(page)] == 3 * [MatchKind.LOOKS_LIKE]
        assert "deviations" in services.browse.matches(page)[0][0].label
        said = services.browse.explain(PhotoFilter(not_=look))
        assert said.is_readable and (await searched(services, said.text))[1].total == 4 + OTHERS
        confirmed = PhotoFilter(looks_like="crimson", certainty=Certainty.CONFIRMED)
        assert not await names(services, await services.questions.of_filter(confirmed))

        # A new photo, a removed one, and one that cannot be read.
        put(root / "r3.jpg", picture(RED, RED, 3))
        (root / "r0.jpg").unlink()
        await scanned(services)
        await settled(services)
        assert await shown(services, "crimson") == {"r1.jpg", "r2.jpg", "r3.jpg"}

        # Another model has other vectors, which the next scan makes.
        image_text_model(folder, seed=1, dimensions=9)
        await services.learning_triggers.photos_arrived(PhotosArrived())
        assert (await searched(services, "azure"))[0].unmatched == ("azure",), "the vectors are of the former model"
        with pytest.raises(Unavailable, match="changed"):
            await services.questions.of_filter(PhotoFilter(looks_like="azure"))
        await settled(services)
        assert len(await services.graph.read(MODELS)) == 2, "a photo that is gone keeps its vector"
        assert await shown(services, "crimson") == {"r1.jpg", "r2.jpg", "r3.jpg"}

    async with build(with_model(settings, folder), run_jobs=False) as services:
        monkeypatch.setattr(looking, "WAIT_SECONDS", 0)
        assert (await searched(services, "poppies"))[0].unmatched == ("poppies",), "the model is still being loaded"
        monkeypatch.setattr(looking, "WAIT_SECONDS", PATIENCE)
        assert await shown(services, "poppies") == {"p.jpg"}
        monkeypatch.setattr(looking, "WAIT_SECONDS", 0)
        assert await shown(services, "poppies") == {"p.jpg"}, "it is not asked again"
        await services.index._rebuild()
        assert await shown(services, "poppies") == {"p.jpg"}
    async with build(settings, run_jobs=False) as services:
        assert (await searched(services, "poppies"))[0].unmatched == ("poppies",)
        assert not await names(services, await services.questions.of_filter(look))
