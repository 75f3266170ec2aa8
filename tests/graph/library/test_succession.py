from __future__ import annotations

import pytest

from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.faces import assignments, edited_faces, persons
from photos_graph.graph.labels import album_entries, albums, changes, properties, ratings, stacks
from photos_graph.graph.labels.edits import (
    AlbumEntry,
    AlbumState,
    Assertion,
    AssertionKind,
    Edit,
    FacePresence,
    PersonState,
    PropertyValue,
    StackPlace,
)
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.library import replacements, succession
from photos_graph.model.faces import Box
from photos_graph.model.labels import LabelKind
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.stacks import StackKind
from photos_graph.model.succession import Succession, View
from photos_graph.search.listing import Stretch
from tests.kit.faces import Found, find
from tests.kit.planted import photo_id, plant
from tests.kit.tags import assertions_by_path, grown, written
from tests.kit.writing import rated, writer

pytestmark = pytest.mark.anyio

OLD, NEW, OTHER = 0, 1, 2
BY_ANNA = Assertion(AssertionKind.TAGGED, 5, "anna", "MANUAL")
BY_FILE = Assertion(AssertionKind.TAGGED, 5, "", "IMPORTED")
EXCLUDED = Assertion(AssertionKind.EXCLUDES, 5, "anna")


@pytest.fixture
async def planted(graph: Graph) -> Graph:
    await plant(graph, {"a": "a"}, {"a": range(3)})
    return graph


WHOLE = Stretch(None, None, 10, from_end=False)


async def succeed(graph: Graph, view: View | None = None) -> str | None:
    each = Succession(OLD, NEW, view) if view else Succession(OLD, NEW)
    return await writer(graph).commit(lambda tx: succession.succeed(tx, [each], "anna"))


async def name(graph: Graph, **faces: int) -> None:
    """Gives each face, of the photo of that number, a person of its own."""

    async def work(tx: LabelTransaction) -> None:
        await persons.put(tx, {f"x-{each}": PersonState(each, False, False, None, 5, "anna") for each in faces})
        called = Assertion(AssertionKind.IS, 5, "anna", "MANUAL")
        await assignments.write(tx, [Edit(None, called, f"x-{each}", faces=(each,)) for each in faces], faces)

    await writer(graph).commit(work)


async def faces(graph: Graph, number: int) -> dict[str, Box]:
    rows = await graph.read(
        """MATCH (:Photo {number: $number})-[:HAS_FACE]->(f:Face)
           RETURN f.id AS id, f.x AS x, f.y AS y, f.width AS w, f.height AS h""",
        number=number,
    )
    return {row["id"]: Box(*(round(row[side], 5) for side in "xywh")) for row in rows}


async def test_tags_and_exclusions_go_over_and_later_words_stay(planted: Graph) -> None:
    tags = await grown(planted, "Sea", "Land", "Land/Field", "City", "City/Street", "Keyword")
    await written(
        planted,
        Edit(None, BY_ANNA, tags["Sea"], (OLD,)),
        Edit(None, EXCLUDED, tags["Land"], (OLD,)),
        Edit(None, EXCLUDED, tags["City"], (OLD,)),
        Edit(None, BY_FILE, tags["Keyword"], (OLD,)),
        Edit(None, BY_ANNA, tags["City/Street"], (NEW,)),
    )
    await succeed(planted)
    assert await assertions_by_path(planted, NEW) == {
        "Sea": "MANUAL",
        "Land": "EXCLUDES",
        "City/Street": "MANUAL",  # an exclusion of the city would void it
        "Keyword": "IMPORTED",
    }


async def test_keywords_of_a_file_that_has_its_own_do_not_come_back(planted: Graph) -> None:
    tags = await grown(planted, "Removed", "Stays")
    await written(planted, Edit(None, BY_FILE, tags["Removed"], (OLD,)), Edit(None, BY_FILE, tags["Stays"], (OLD, NEW)))
    await succeed(planted)
    assert await assertions_by_path(planted, NEW) == {"Stays": "IMPORTED"}


async def test_the_later_rating_counts(planted: Graph) -> None:
    await rated(planted, LabelKind.RATING, [OLD], 4, "anna")
    await rated(planted, LabelKind.FAVOURITE, [NEW], False, "anna")
    await rated(planted, LabelKind.FAVOURITE, [OLD], True, "anna")
    await rated(planted, LabelKind.RATING, [NEW], 2, "ben")
    await succeed(planted)
    now = {kind: await planted.transaction(lambda tx, k=kind: ratings.read(tx, k, [NEW])) for kind in ratings.READ}
    assert {kind: values[NEW].value for kind, values in now.items()} == {LabelKind.RATING: 2, LabelKind.FAVOURITE: True}


async def test_a_position_that_a_person_gave_goes_over_with_its_places(planted: Graph) -> None:
    await planted.write("MATCH (p:Photo {number: $n}) CREATE (p)-[:AT]->(:Place {id: 'x', name: 'Pescara'})", n=OLD)
    said = PropertyValue((42.46, 14.21, None, None), 5, "anna")
    edit = Edit(PropertyValue((None, None, None, None)), said, PhotoProperty.POSITION.value, (OLD,))
    await writer(planted).commit(lambda tx: properties.write(tx, [edit]))
    await succeed(planted)
    now = await planted.transaction(lambda tx: properties.read(tx, PhotoProperty.POSITION, [NEW]))
    assert now == {NEW: said}
    places = await planted.read("MATCH (:Photo {number: $n})-[:AT]->(x:Place) RETURN x.name AS name", n=NEW)
    assert places == [{"name": "Pescara"}]


async def test_a_place_in_a_stack_of_a_person_goes_over(planted: Graph) -> None:
    place = StackPlace("s1", StackKind.MANUAL, 1, 5, "anna")
    await writer(planted).commit(lambda tx: stacks.write(tx, [Edit(StackPlace(), place, None, (OLD, OTHER))]))
    await succeed(planted)
    now = await planted.transaction(lambda tx: stacks.read(tx, [OLD, NEW, OTHER]))
    assert now == {OLD: StackPlace(), NEW: place, OTHER: place}


async def test_places_in_albums_and_covers_go_over_and_the_old_photo_keeps_its_own(planted: Graph) -> None:
    entry = AlbumEntry(5, "anna")

    async def work(tx: LabelTransaction) -> None:
        covers = {"a": ("Trip", OLD), "b": ("Sea", OTHER), "smart": ("Ten", OLD)}
        await albums.put(tx, {id_: AlbumState(name, cover_number=cover) for id_, (name, cover) in covers.items()})
        of_a = Edit(None, entry, "a", (OLD, OTHER), scores=(3, 9))
        of_b = Edit(None, entry, "b", (NEW, OLD), scores=(-4, 2))
        await album_entries.write(tx, [of_a, of_b])

    await writer(planted).commit(work)
    assert await succeed(planted) is not None
    places = await planted.transaction(lambda tx: album_entries.of_albums(tx, ["a", "b"]))
    positions = {id_: {number: place.position for number, place in here.items()} for id_, here in places.items()}
    assert positions == {"a": {OLD: 3, NEW: 3, OTHER: 9}, "b": {NEW: -4, OLD: 2}}
    states = await planted.transaction(lambda tx: albums.states(tx, ["a", "b", "smart"]))
    assert {id_: state.cover_number for id_, state in states.items()} == {"a": NEW, "b": OTHER, "smart": NEW}


# What becomes of each relationship of a photo when another one succeeds it. Those that stay say why.
FOLLOW = {"TAGGED", "EXCLUDES", "AT", "HAS_FACE", "HAD_FACE", "IN_ALBUM"}
STAY = {
    "OF": "a scan has read which picture each file holds",
    "SUCCEEDED_BY": "it is the succession itself",
    "DESCRIBED_BY": "a model describes the new picture",
    "PICTURED_BY": "a model describes the new picture",
    "PREDICTED": "a model predicts the tags of the new picture",
}


async def test_everything_that_people_said_follows_and_nothing_else(planted: Graph) -> None:
    """Each kind of relationship that a photo can have is either among those that follow, or among those that do not."""
    of_photos = {kind for start, kind, end in contents.RELATIONSHIPS if "Photo" in (start, end)}
    assert of_photos == FOLLOW | STAY.keys()
    tags = await grown(planted, "Sea", "Land")
    await written(planted, Edit(None, BY_ANNA, tags["Sea"], (OLD,)), Edit(None, EXCLUDED, tags["Land"], (OLD,)))
    await planted.write("MATCH (p:Photo {number: $n}) CREATE (p)-[:AT]->(:Place {id: 'x', name: 'Pescara'})", n=OLD)
    sea = PropertyValue((42.46, 14.21, None, None), 5, "anna")
    position = Edit(PropertyValue((None, None, None, None)), sea, PhotoProperty.POSITION.value, (OLD,))
    await find(
        planted,
        Found("named", photo_id(OLD), 0.5, None, 0.1, 0.2, 0.2, 0.3),
        Found("none", photo_id(OLD), 0.5, None, 0.6, 0.6, 0.2, 0.2),
        Found("none again", photo_id(NEW), 0.5, None, 0.6, 0.6, 0.2, 0.2),
    )
    await name(planted, named=OLD)

    async def work(tx: LabelTransaction) -> None:
        await properties.write(tx, [position])
        await albums.put(tx, {"a": AlbumState("Trip")})
        await album_entries.write(tx, [Edit(None, AlbumEntry(5, "anna"), "a", (OLD,), scores=(3,))])
        await edited_faces.write(tx, [Edit(FacePresence(True), FacePresence(False), faces=("none",))])

    await writer(planted).commit(work)
    change_id = await succeed(planted)
    assert await of(planted, NEW) == FOLLOW | {"OF", "SUCCEEDED_BY"}
    assert await planted.transaction(lambda tx: edited_faces.photos(tx, ["none", "none again"])) == {
        "none": NEW,
        "none again": OLD,
    }

    async def back(tx: LabelTransaction) -> None:
        change = await changes.get(tx, change_id or "")
        assert change is not None
        await succession.write_own(tx, [edit.reversed() for edit in change.edits])

    await writer(planted).commit(back)
    assert "HAD_FACE" not in await of(planted, NEW)


async def of(graph: Graph, number: int) -> set[str]:
    """The kinds of the relationships of a photo."""
    rows = await graph.read("MATCH (p:Photo {number: $n})-[r]-() RETURN DISTINCT type(r) AS kind", n=number)
    return {row["kind"] for row in rows}


async def test_drawn_and_named_faces_go_over_turned(planted: Graph) -> None:
    await find(
        planted,
        Found("named", photo_id(OLD), 0.5, None, 0.1, 0.2, 0.2, 0.3),
        Found("found", photo_id(OLD), 0.5, None, 0.6, 0.6, 0.2, 0.2),
        Found("again", photo_id(NEW), 0.5, None, 0.5, 0.1, 0.3, 0.2),
    )
    await name(planted, named=OLD)
    change_id = await succeed(planted, View(6))
    assert await faces(planted, NEW) == {"named": Box(0.5, 0.1, 0.3, 0.2)}
    assert await faces(planted, OLD) == {"again": Box(0.1, 0.2, 0.2, 0.3), "found": Box(0.6, 0.6, 0.2, 0.2)}

    async def back(tx: LabelTransaction) -> None:
        change = await changes.get(tx, change_id or "")
        assert change is not None and change.kind is LabelKind.SUCCESSION
        await succession.write_own(tx, [edit.reversed() for edit in change.edits])

    await writer(planted).commit(back)
    assert await faces(planted, NEW) == {"again": Box(0.5, 0.1, 0.3, 0.2)}
    assert await planted.transaction(lambda tx: edited_faces.photos(tx, ["named"])) == {"named": OLD}
    assert await succession.current(planted, [photo_id(OLD)]) == {}


async def test_a_face_outside_of_the_part_that_is_left_stays(planted: Graph) -> None:
    await find(
        planted,
        Found("left", photo_id(OLD), 0.5, None, 0.0, 0.4, 0.1, 0.2),
        Found("right", photo_id(OLD), 0.5, None, 0.6, 0.4, 0.2, 0.2),
    )
    await name(planted, left=OLD, right=OLD)
    await succeed(planted, View(1, Box(0.2, 0.0, 0.8, 1.0)))
    assert await faces(planted, NEW) == {"right": Box(0.5, 0.4, 0.25, 0.2)}
    assert list(await faces(planted, OLD)) == ["left"]


async def test_an_id_leads_to_the_last_successor_and_an_earlier_picture_may_come_back(planted: Graph) -> None:
    async def after(*pairs: tuple[int, int]) -> None:
        for old, new in pairs:
            await writer(planted).commit(lambda tx, o=old, n=new: succession.succeed(tx, [Succession(o, n)]))

    assert await succession.current(planted, [photo_id(OLD)]) == {}
    await planted.write("MATCH (f:File) SET f.state = 'MISSING'")
    await after((OLD, NEW), (NEW, OTHER))
    ids = [photo_id(number) for number in (OLD, NEW, OTHER)]
    assert await succession.current(planted, ids) == {ids[OLD]: ids[OTHER], ids[NEW]: ids[OTHER]}
    await after((OTHER, OLD))
    assert await succession.current(planted, ids) == {ids[NEW]: ids[OLD], ids[OTHER]: ids[OLD]}


async def test_a_replacement_waits_until_it_is_compared_then_for_a_person(planted: Graph) -> None:
    file_id = (await planted.read("MATCH (f:File)-[:OF]->(:Photo {number: $n}) RETURN f.id AS id", n=NEW))[0]["id"]
    await planted.write("MATCH (f:File)-[:OF]->(:Photo {number: $n}) SET f.state = 'MISSING'", n=OLD)
    await writer(planted).commit(lambda tx: replacements.note(tx, [(OLD, NEW, file_id)]))
    (waiting,) = await replacements.pending(planted, 10)
    assert (waiting.old_id, waiting.new_id, waiting.is_held) == (photo_id(OLD), photo_id(NEW), False)
    assert await replacements.page(planted, WHOLE) == []
    await writer(planted).commit(lambda tx: replacements.leave_open(tx, [photo_id(OLD)]))
    assert await replacements.pending(planted, 10) == []
    assert [(each.old_id, each.new_id) for each in await replacements.page(planted, WHOLE)] == [
        (photo_id(OLD), photo_id(NEW))
    ]
    assert await replacements.count(planted) == 1
    await succeed(planted)
    assert await replacements.page(planted, WHOLE) == []
    assert await replacements.count(planted) == 0


async def test_the_replacement_of_a_photo_that_is_elsewhere_is_dropped(planted: Graph) -> None:
    await writer(planted).commit(lambda tx: replacements.note(tx, [(OLD, NEW, "no file")]))
    assert await replacements.pending(planted, 10) == []
    file_id = (await planted.read("MATCH (f:File)-[:OF]->(:Photo {number: $n}) RETURN f.id AS id", n=NEW))[0]["id"]
    await writer(planted).commit(lambda tx: replacements.note(tx, [(OLD, NEW, file_id)]))
    (waiting,) = await replacements.pending(planted, 10)
    assert waiting.is_held
    await writer(planted).commit(lambda tx: replacements.drop(tx, [waiting.old_id]))
    assert await replacements.pending(planted, 10) == []
