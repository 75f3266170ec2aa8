"""Versions of models, what follows when another counts, and what they are asked and told, without training any."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from photos_graph.array_files import write_arrays
from photos_graph.bootstrap import Services, build
from photos_graph.errors import Unavailable
from photos_graph.events import PhotosArrived
from photos_graph.graph import due
from photos_graph.graph.labels import predictions
from photos_graph.graph.labels.predictions import Predicted
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.learning import features, questions
from photos_graph.learn import neighbours
from photos_graph.learn.registry import packed
from photos_graph.model.job_arguments import PredictArguments
from photos_graph.model.jobs import Job, JobKind
from photos_graph.model.learning import Model, ModelKind, ModelMetrics, ModelState, Question
from photos_graph.model.search import Ref
from photos_graph.services.learning import examples, neighbours_child
from photos_graph.services.learning.neighbours import kept_neighbours
from photos_graph.services.learning.neighbours_tasks import ASK, GUESSES, AskOrder
from photos_graph.services.learning.training_call import Trained
from photos_graph.services.learning.training_tasks import TrainingResult
from photos_graph.services.learning.versions import KEPT_REJECTED
from photos_graph.settings import LearnSettings, Settings
from tests.kit.library import photos, scanned
from tests.kit.vectors import tag_model

pytestmark = pytest.mark.anyio

BACKBONE = "b"  # of the models here


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"learn": LearnSettings(enabled="on").model_copy(update={"backbone": BACKBONE})})


@pytest.fixture
async def library(settings: Settings, folder: Path) -> Settings:
    """Ten photos, and no job that waits."""
    async with build(settings.model_copy(update={"learn": LearnSettings(enabled="off")})) as services:
        await services.roots.add(str(folder))
        await scanned(services)
    return settings


def trained(state: ModelState = ModelState.ACTIVE) -> Trained:
    nothing = ModelMetrics(0, 0.0, 0.0, 0.0, 0.0)
    result = TrainingResult("snapshot", 3, state, "a reason", 3, nothing, (), ())
    return Trained(packed(tag_model()), b"set", result)


async def keep(services: Services, name: str, state: ModelState = ModelState.ACTIVE) -> Model:
    return await services.models.keep(name, ModelKind.TAGS, trained(state))


async def waiting(services: Services) -> list[Job]:
    return await services.jobs.unfinished(JobKind.PREDICT)


async def forget_jobs(services: Services) -> None:
    for job in await waiting(services):
        await services.jobs.cancel(job.id)


async def test_a_model_of_another_backbone_is_not_used(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        first, second = await keep(services, "m1"), await keep(services, "m2")
        now = await services.models.active(ModelKind.TAGS)
        assert now is not None and now[0].id == second.id
    other = library.model_copy(update={"learn": LearnSettings(backbone="MobileNetV2")})
    async with build(other, run_jobs=False) as services:
        assert await services.models.active(ModelKind.TAGS) is None
        with pytest.raises(Unavailable, match="trained on the features of b, and the settings name MobileNetV2"):
            await services.models.activate(first.id)
    async with build(library, run_jobs=False) as services:
        now = await services.models.active(ModelKind.TAGS)
        assert now is not None and now[0].id == second.id, "back to what there was"


async def test_the_last_good_one_counts_where_a_file_is_damaged(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        first, second = await keep(services, "m1"), await keep(services, "m2")
        file = library.learn_dir / "models" / second.file
        file.write_bytes(file.read_bytes()[:-100])
        await forget_jobs(services)
        now = await services.models.active(ModelKind.TAGS)
        assert now is not None and now[0].id == first.id
        newest, before = await services.models.versions()
        assert [newest.state, before.state] == [ModelState.RETIRED, ModelState.ACTIVE]
        assert "damaged" in newest.reason and "damaged" in before.reason
        assert len(await waiting(services)) == 1, "all is predicted by it"
        with pytest.raises(Unavailable, match="damaged"):
            await services.models.activate(second.id)
        file.unlink()
        (library.learn_dir / "models" / first.file).unlink()
        assert await services.models.active(ModelKind.TAGS) is None


async def test_a_version_comes_to_other_services_through_the_place_that_they_share(
    library: Settings, tmp_path: Path
) -> None:
    (tmp_path / "shared").mkdir()
    images = library.images.model_copy(update={"shared_cache_url": str(tmp_path / "shared")})
    one = library.model_copy(update={"images": images})
    async with build(one, run_jobs=False) as services:
        kept = await keep(services, "m1")
    other = one.model_copy(update={"data_dir": tmp_path / "other"})
    async with build(other, run_jobs=False) as services:
        now = await services.models.active(ModelKind.TAGS)
        assert now is not None and now[0].id == kept.id and now[1].is_relative_to(other.data_dir)
        assert now[1].read_bytes() == (one.learn_dir / "models" / kept.file).read_bytes()


async def test_a_version_whose_file_only_another_service_has_stays_active(
    library: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = library.model_copy(update={"data_dir": tmp_path / "other"})
    async with build(other, run_jobs=False) as services:
        await keep(services, "m1")
    async with build(library, run_jobs=False) as services:
        kept = await keep(services, "m2")
    async with build(other, run_jobs=False) as services:
        for _ in range(2):
            assert await services.models.active(ModelKind.TAGS) is None
        [now] = [model for model in await services.models.versions() if model.state is ModelState.ACTIVE]
        assert now.id == kept.id
    assert caplog.text.count("Version 2 of the model of tags is not used here") == 1


async def test_rejected_versions_do_not_push_out_those_that_counted(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        first, _ = await keep(services, "m0"), await keep(services, "m1")
        rejected = [await keep(services, f"r{at}", ModelState.REJECTED) for at in range(25)]
        files = {path.name for path in (library.learn_dir / "models").glob("*.safetensors")}
        assert first.file in files and rejected[-1].file in files and len(files) <= 2 + KEPT_REJECTED + 1
        assert (await services.models.activate(first.id)).state is ModelState.ACTIVE


async def test_what_was_not_predicted_to_the_end_is_predicted_again(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        await due.want(services.graph, due.FEATURES, BACKBONE)
        await services.graph.write("MATCH (p:Photo) SET p.featuresDue = null")
        await services.learning_triggers.photos_arrived(PhotosArrived())
        await forget_jobs(services)
        await services.learning_triggers.predicted(await services.learning_triggers.goes_by())
        await services.learning_triggers.photos_arrived(PhotosArrived())
        assert await waiting(services) == []
        model = await keep(services, "m1")
        await keep(services, "r1", ModelState.REJECTED)
        assert len(await waiting(services)) == 1, "one that would do the same waits already"
        await forget_jobs(services)
        await services.learning_triggers.photos_arrived(PhotosArrived())
        assert len(await waiting(services)) == 1, "it was cancelled, and is still to be done"
        await services.learning_triggers.predicted(await services.learning_triggers.goes_by())
        await forget_jobs(services)
        await services.learning_triggers.photos_arrived(PhotosArrived())
        assert await waiting(services) == []
        await services.models.activate(model.id)  # which counts already
        assert len(await waiting(services)) == 1


async def test_weights_that_arrive_are_used_without_a_scan(library: Settings, backbone_home: Path) -> None:
    auto = library.model_copy(update={"learn": LearnSettings(enabled="auto")})
    async with build(auto, run_jobs=False) as services:
        await services.learning_triggers.weights.look()
        assert await waiting(services) == []
        (auto.data_dir / "models").symlink_to(backbone_home, target_is_directory=True)
        for _ in range(2):
            await services.learning_triggers.weights.look()
        assert len(await waiting(services)) == 1
        await forget_jobs(services)
        await services.learning_triggers.weights.look()
        assert await waiting(services) == [], "only when they arrive"


async def test_a_low_threshold_wants_more_to_be_kept(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        tag = await services.tag_editing.create("cat", None)
        await services.models.set_threshold(tag.id, 0.4)
        assert await waiting(services) == []
        for threshold in (0.2, 0.1):
            await services.models.set_threshold(tag.id, threshold)
        assert [job.arguments for job in await waiting(services)] == [PredictArguments(everything=True)]


async def predict(services: Services, tag_id: str, numbers: Sequence[int]) -> None:
    async def work(tx: LabelTransaction) -> None:
        await predictions.put(tx, "m", [Predicted(number, ((tag_id, 0.9),)) for number in numbers])

    await services.models.set_threshold(tag_id, 0.5)
    await services.writer.commit(work)
    await services.writer.follow()


async def test_what_a_model_says_changes_nothing_of_what_people_said(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        root = services.index.search.folders.at("Pictures")
        below = services.index.search.folders.at("Pictures/b")
        assert root is not None and below is not None
        found = await photos(services)
        await services.tagging.tag_photos([found["1.jpg"].id], [Ref(name="cat")])
        await services.tagging.untag_folder(below.id, [Ref(name="cat")])
        await services.tagging.tag_folder(root.id, [Ref(name="cat")])
        await services.tagging.untag_folder(below.id, [Ref(name="cat")])
        tag = services.tags.named("cat")
        assert tag is not None
        await services.graph.write("MATCH (p:Photo) SET p.featuresBy = $by", by=BACKBONE)
        described = await features.described(services.graph, BACKBONE)
        before = examples.labelled_photos(services.index.search, described)
        assert len(before.negatives[tag.id]) == 7 and len(before.positives[tag.id]) == 3
        await predict(services, tag.id, [found["5.jpg"].number, found["6.jpg"].number])
        after = examples.labelled_photos(services.index.search, described)
        tags = services.index.search.sets.tags
        assert len(tags.put_on(tag.id) - tags.put_on(tag.id, confirmed=True)) == 2 and after == before

    async with build(library) as services:  # a job removes the root
        assert await services.roots.remove(root.id)
        assert examples.labelled_photos(services.index.search, described).ids == []


async def test_photos_that_are_not_shown_are_neither_similar_nor_asked_about(library: Settings, tmp_path: Path) -> None:
    async with build(library) as services:
        found = await photos(services)
        shown = [found[name].id for name in ("1.jpg", "2.jpg", "3.jpg")]
        hidden = [f"{at:032x}" for at in range(100)]
        vectors = np.random.default_rng(0).normal(size=(103, 4)).astype(np.float32)
        graph = neighbours.build(BACKBONE, [*shown, *hidden], vectors)
        path = kept_neighbours(library)
        path.parent.mkdir(exist_ok=True)
        neighbours.save(graph, path)
        found = await services.similar.similar(
            [(shown[0], 2), ("f" * 32, 2), (shown[1], 0), *((hidden[0], n) for n in range(99))]
        )
        assert [sorted(each) for each in found[:3]] == [sorted(shown[1:]), [], []]
        assert found[3:7] == [[], found[6][:1], found[6][:2], found[6]], "more than wait for a worker, in one call"
        await services.stack_editing.stack([shown[0], shown[1]])
        assert await services.similar.similar([(shown[0], 2)]) == [[shown[2]]], "not those of its own stack"

    labels, guesses = tmp_path / "examples.json", tmp_path / "guesses.safetensors"
    tag = examples.TagNode("t", "t")
    examples.write(examples.LabelledPhotos(shown, [None] * 3, [""] * 3, tags=[tag], positives={}, negatives={}), labels)
    before = [hidden[0], *shown[:2]]  # when it was predicted: one has gone and one has come since
    unsure = np.full((3, 1), 0.5, np.float16)
    about = {"model": "m", "ids": before, "labels": ["t"]}
    write_arrays(guesses, GUESSES, about, {"probabilities": unsure, "disagreement": unsure})
    spared = tmp_path / "spared.json"

    def asked(**spare: list[str]) -> set[str]:
        spared.write_text(json.dumps({"tags": ["t"], "photos": [], **spare}))
        order = AskOrder(path, guesses, labels, thresholds={}, count=9, each=9, most=9, spared=spared)
        answer = neighbours_child.ask(ASK.arguments.dump_json(order), Mock(), ())
        return {each.photo_id for each in ASK.answers.validate_json(answer).questions}

    every = asked()
    assert every and every <= set(shown[:2])
    assert asked(photos=[*shown]) == set(), "a tag that people denied on portraits is not asked about on others"
    assert asked(photos=[*shown], tags=[]) == every


async def test_a_suggested_class_may_be_a_tag_anywhere(library: Settings) -> None:
    async with build(library, run_jobs=False) as services:
        found = await photos(services)
        places = await services.tag_editing.create("Places", None)
        castle = await services.tag_editing.create("castle", places.id)
        asked = [
            Question(ModelKind.TAGS, found[name].id, None, None, "castle", 0.9, "why") for name in ("1.jpg", "2.jpg")
        ]
        await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "stamp", asked))
        await services.review.confirm([asked[0].key])
        await services.review.reject([asked[1].key])
        assert (await services.review.queue(None, None, 10, None)).listing.total == 0
        tags = services.index.search.sets.tags
        assert found["1.jpg"].number in tags.having(castle.id, confirmed=True)
        assert tags.is_taken_off(castle.id, found["2.jpg"].number), "and never predicted"
