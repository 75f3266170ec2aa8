"""Albums: photos that people put there, in an order, and smart albums; and what becomes of both."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest
from pyroaring import BitMap

from photos_graph.bootstrap import Services
from photos_graph.errors import BadInput, Conflict, NotFound
from photos_graph.events import Events
from photos_graph.graph.writing import LabelWriter
from photos_graph.model.albums import Album, AlbumOrder
from photos_graph.model.faces import Box
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.stacks import Stacks
from photos_graph.search.album_sets import MAX_DEPTH
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter
from photos_graph.services.labels.album_editing import AlbumChange, AlbumEditing, AlbumPhotos
from photos_graph.services.labels.album_filters import meaning
from tests.kit.library import in_step
from tests.kit.planted import photo_id, plant

pytestmark = pytest.mark.anyio


def ids(*numbers: int) -> list[str]:
    return [photo_id(number) for number in numbers]


def chosen(*numbers: int) -> AlbumPhotos:
    return AlbumPhotos(ids(*numbers))


def in_album(name: str) -> PhotoFilter:
    return PhotoFilter(albums=TermFilter(any=(Ref(name=name),)))


async def planted(services: Services) -> None:
    """Pictures/a with photos 0 to 4, and a/b with 5 to 9."""
    await plant(services.graph, {"a": "a", "a/b": "b"}, {"a": range(5), "b": range(5, 10)})
    await services.index.catch_up()


async def created(services: Services, name: str = "Trip", *numbers: int) -> str:
    return (await services.album_editing.create(name, chosen(*numbers), by="ann")).album_id


def shown(services: Services, album_id: str, stacks: Stacks = Stacks.COLLAPSED) -> list[int]:
    """The numbers of the photos of the album, in its order."""
    filter_ = PhotoFilter(albums=TermFilter(all=(Ref(id=album_id),)))
    page = services.browse.photos(filter_, PhotoOrder.ALBUM, first=2, stacks=stacks)
    found = page.ids
    while page.has_next:
        page = services.browse.photos(filter_, PhotoOrder.ALBUM, first=2, after=page.cursors[-1], stacks=stacks)
        found = [*found, *page.ids]
    return [int(each, 16) for each in found]


def album(services: Services, album_id: str) -> Album:
    found = services.albums.get(album_id)
    assert found is not None
    return found


async def undone(services: Services, change: AlbumChange) -> AlbumChange:
    assert change.result.change_id is not None
    return AlbumChange(change.album_id, await services.changes.undo(change.result.change_id, by="ben"))


@pytest.mark.both_engines
async def test_photos_are_put_moved_and_taken_out_in_an_order_of_their_own(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    trip = await created(services, "Trip", 3, 1, 2)
    assert shown(services, trip) == [3, 1, 2]
    added = await editing.add(trip, chosen(7, 1, 0), by="ann")
    assert (added.result.matched, added.result.changed) == (3, 2)
    assert shown(services, trip) == [3, 1, 2, 7, 0]
    dry = await editing.add(trip, AlbumPhotos(filter=PhotoFilter(folder=FolderFilter(id="b"))), dry_run=True)
    assert (dry.result.matched, dry.result.changed, dry.result.change_id) == (5, 4, None)

    moved = await editing.move(trip, ids(0, 3, 9), before=photo_id(1))
    assert (moved.result.matched, moved.result.changed) == (2, 1), "photo 3 has its old position"
    assert shown(services, trip) == [0, 3, 1, 2, 7]
    await editing.move(trip, ids(0), after=photo_id(2))
    await editing.move(trip, ids(3))
    assert shown(services, trip) == [1, 2, 0, 7, 3]

    removed = await editing.remove(trip, chosen(2, 7, 9))
    assert (removed.result.matched, removed.result.changed) == (3, 2)
    assert shown(services, trip) == [1, 0, 3]
    assert [row.id for row in services.albums.of_photo(3)] == [trip]
    assert services.albums.of_photo(7) == []
    assert services.albums.cover(album(services, trip)) == photo_id(1)
    await editing.set_cover(trip, photo_id(3))
    assert services.albums.cover(album(services, trip)) == photo_id(3)
    assert await in_step(services)

    page = services.browse.photos_around(in_album("trip"), PhotoOrder.ALBUM, photo_id(0), 1, 1)
    assert page.ids == ids(1, 0, 3)
    summaries = [each.summary for each in (await services.history.page(20, None)).items]
    assert summaries[-3:] == ["Moved 1 photo in Trip.", "Added 2 photos to Trip.", "Created the album Trip."]


@pytest.mark.both_engines
async def test_everything_is_undone_and_done_again(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    made = await editing.create("Trip", chosen(0, 1, 2), by="ann")
    trip = made.album_id
    added = await editing.add(trip, chosen(5, 6))
    moved = await editing.move(trip, ids(6), before=photo_id(0))
    removed = await editing.remove(trip, chosen(1))
    covered = await editing.set_cover(trip, photo_id(5))
    named = await editing.edit(trip, "Journey", details={"description": "By train", "order": PhotoOrder.NAME_ASC})
    gone = await editing.delete(trip)
    assert services.albums.get(trip) is None
    back = await undone(services, gone)
    row = album(services, trip)
    assert (row.name, row.description, row.order, row.cover) == ("Journey", "By train", PhotoOrder.NAME_ASC, 5)
    await undone(services, named)
    assert (album(services, trip).name, album(services, trip).shown_order) == ("Trip", PhotoOrder.ALBUM)
    assert shown(services, trip) == [6, 0, 2, 5]
    await undone(services, covered)
    await undone(services, removed)
    assert shown(services, trip) == [6, 0, 1, 2, 5]
    again = await undone(services, moved)
    assert shown(services, trip) == [0, 1, 2, 5, 6]
    await undone(services, again)
    assert shown(services, trip) == [6, 0, 1, 2, 5]
    out = await undone(services, added)
    assert shown(services, trip) == [0, 1, 2], "a photo that was moved since is taken out all the same"
    await undone(services, made)
    assert services.albums.get(trip) is None
    assert await in_step(services)
    with pytest.raises(Conflict, match="deleted since"):
        await undone(services, out)
    with pytest.raises(Conflict):
        await undone(services, back)


async def test_what_changed_since_is_not_undone(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    made = await editing.create("Trip", chosen(0))
    trip = made.album_id
    added = await editing.add(trip, chosen(1, 2))
    with pytest.raises(Conflict, match="2 photos have been put"):
        await undone(services, made)
    await editing.remove(trip, chosen(1))
    with pytest.raises(Conflict, match="Trip on 1"):
        await undone(services, added)
    moved = await editing.move(trip, ids(2), before=photo_id(0))
    await editing.move(trip, ids(2))
    with pytest.raises(Conflict, match="Trip on 1"):
        await undone(services, moved)
    gone = await editing.delete(trip)
    await created(services, "TRIP")
    with pytest.raises(Conflict, match="another album called Trip"):
        await undone(services, gone)
    assert await in_step(services)


async def test_names_are_unique_and_values_are_checked(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    trip = await created(services, "Été", 0)
    with pytest.raises(Conflict) as taken:
        await editing.create("été")
    assert taken.value.in_the_way == ("Album", trip)
    other = (await editing.create("Ete")).album_id
    assert services.albums.named("ÉTÉ") == album(services, trip)
    assert services.albums.named("ete") == album(services, other)
    with pytest.raises(Conflict):
        await editing.edit(other, "ÉTÉ")
    assert (await editing.edit(other, "Ete")).result.change_id is None
    with pytest.raises(BadInput):
        await editing.create(" ")
    with pytest.raises(BadInput):
        await editing.create("x", details={"description": "x" * 10_000})
    with pytest.raises(NotFound):
        await editing.create("x", AlbumPhotos(["f" * 32]))
    with pytest.raises(NotFound):
        await editing.add("nowhere", chosen(1))
    with pytest.raises(NotFound):
        await editing.delete("nowhere")
    with pytest.raises(BadInput, match="not in Été"):
        await editing.set_cover(trip, photo_id(1))
    with pytest.raises(BadInput, match="must be a photo of Été"):
        await editing.move(trip, ids(0), before=photo_id(1))
    with pytest.raises(BadInput, match="either photos or a filter"):
        await editing.add(trip, AlbumPhotos())
    with pytest.raises(BadInput, match="one album"):
        services.browse.photos(None, PhotoOrder.ALBUM)
    with pytest.raises(BadInput):
        services.browse.cursor(photo_id(0), PhotoOrder.ALBUM)
    assert (await editing.add(trip, chosen())).result.change_id is None


async def test_a_smart_album_holds_what_its_filter_finds_also_when_things_are_renamed(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    await services.tagging.tag_photos(ids(1, 2, 6), [Ref(name="Sea")])
    trip = await created(services, "Trip", 6, 7)
    sea = (await editing.create("At sea", filter=PhotoFilter(tags=TermFilter(any=(Ref(name="sea"),))))).album_id
    both = (await editing.create("Both", filter=PhotoFilter(and_=(in_album("At sea"), in_album("Trip"))))).album_id
    assert (shown(services, sea), shown(services, both)) == ([1, 2, 6], [6])
    assert album(services, sea).shown_order is PhotoOrder.TAKEN_DESC
    tag = services.tags.named("Sea")
    assert tag is not None
    await services.tag_editing.rename(tag.id, "Ocean")
    await editing.edit(sea, "Ocean pictures")
    await editing.edit(trip, "Journey")
    await services.tagging.tag_photos(ids(7), [Ref(name="Ocean")])
    assert (shown(services, sea), shown(services, both)) == ([1, 2, 6, 7], [6, 7])
    assert services.albums.photo_count(album(services, both)) == 2
    assert services.albums.of_photo(6) == [album(services, trip)]
    for change in (editing.add(sea, chosen(1)), editing.remove(sea, chosen(1)), editing.move(sea, ids(1))):
        with pytest.raises(BadInput, match="is a smart album"):
            await change
    with pytest.raises(BadInput, match="album of chosen photos"):
        await editing.edit(trip, filter=PhotoFilter(favourite=True))
    with pytest.raises(BadInput, match="of itself"):
        await editing.edit(sea, filter=in_album("Both"))
    with pytest.raises(BadInput, match="no chosen photos"):
        await editing.create("x", chosen(1), PhotoFilter(favourite=True))
    with pytest.raises(NotFound):
        await editing.create("x", filter=PhotoFilter(folder=FolderFilter(path="Nowhere")))
    changed = await editing.edit(sea, filter=PhotoFilter(folder=FolderFilter(path="Pictures/a/b")))
    assert shown(services, sea) == [5, 6, 7, 8, 9]
    await undone(services, changed)
    assert shown(services, sea) == [1, 2, 6, 7]
    assert await in_step(services)


async def test_albums_that_lead_to_one_another_are_each_found_once(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    await planted(services)
    await created(services, "0a", 0, 2)
    await created(services, "0b", 0, 4)
    top = []
    for level in range(1, MAX_DEPTH + 2):
        for side in "ab":
            below = TermFilter(any=(Ref(name=f"{level - 1}a"), Ref(name=f"{level - 1}b")))
            change = await services.album_editing.create(f"{level}{side}", filter=PhotoFilter(albums=below))
        top.append(change.album_id)
    albums = services.index.search.sets.albums
    albums.forget_found()
    found, find = [], albums.find

    def counted(album: Album) -> tuple[BitMap, bool]:
        found.append(album.name)
        return find(album)

    monkeypatch.setattr(albums, "find", counted)
    assert shown(services, top[MAX_DEPTH - 1]) == [0, 2, 4]
    assert len(found) == 2 * MAX_DEPTH - 1
    assert shown(services, top[-1]) == [0, 2, 4], "the inner ones are known by now"


async def test_a_smart_album_follows_what_is_merged_and_does_without_what_is_deleted(services: Services) -> None:
    await planted(services)
    editing, tags, people = services.album_editing, services.tag_editing, services.person_editing
    sea, ocean, water = [(await tags.create(name)).id for name in ("Sea", "Ocean", "Water")]
    ann, anna, both = [(await people.create(name)).id for name in ("Ann", "Anna", "Anna Rossi")]
    for number, tag_id, person_id in ((1, sea, ann), (2, ocean, anna), (3, water, both)):
        await services.tagging.tag_photos(ids(number), [Ref(id=tag_id)])
        await services.drawn_faces.add(photo_id(number), Box(0.1, 0.1, 0.3, 0.3), Ref(id=person_id))

    def by(wanted: TermFilter) -> list[PhotoFilter]:
        return [PhotoFilter(tags=replace(wanted, any=(Ref(id=sea),))), PhotoFilter(persons=wanted)]

    smart = [
        (await editing.create(f"Smart {place}", filter=each)).album_id
        for place, each in enumerate(by(TermFilter(any=(Ref(id=ann),))))
    ]
    assert [shown(services, each) for each in smart] == [[1], [1]]
    first = (await tags.merge([sea], ocean)).change_id, (await people.merge([ann], anna)).change_id
    assert [shown(services, each) for each in smart] == [[1, 2], [1, 2]]
    again = (await tags.merge([ocean], water)).change_id, (await people.merge([anna], both)).change_id
    assert [shown(services, each) for each in smart] == [[1, 2, 3], [1, 2, 3]]
    await services.index.save()
    services.index.search.seq = -1
    await services.index.load()
    assert [shown(services, each) for each in smart] == [[1, 2, 3], [1, 2, 3]]
    for change in (*again, *first):
        await services.changes.undo(change or "")
    assert [shown(services, each) for each in smart] == [[1], [1]]

    finds = PhotoFilter(
        or_=(PhotoFilter(tags=TermFilter(any=(Ref(id=water),))), *by(TermFilter(any=(Ref(id=both),)))[1:])
    )
    lost = (await editing.create("Lost", filter=finds)).album_id
    assert shown(services, lost) == [3]
    await tags.delete(water)
    await people.delete(both)
    assert shown(services, lost) == []
    without = PhotoFilter(tags=TermFilter(none=(Ref(id=water),)), persons=TermFilter(none=(Ref(id=both),)))
    assert len(shown(services, (await editing.create("Others", filter=without)).album_id)) == 10
    assert await in_step(services)


async def test_a_saved_search_is_read_again_whenever_it_is_shown(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    await services.tagging.tag_photos(ids(1, 2), [Ref(name="Sea")])
    saved = (await editing.create("Mine", text=" sea  not favourites ")).album_id
    assert album(services, saved).text == "sea not favourites"
    assert shown(services, saved) == [1, 2]
    await services.ratings.favourite(ids(1), True)
    assert shown(services, saved) == [2]
    with pytest.raises(BadInput):
        await editing.create("x", text=" ")
    with pytest.raises(BadInput, match="either a filter or a text"):
        await editing.create("x", filter=PhotoFilter(favourite=True), text="sea")
    await editing.edit(saved, filter=PhotoFilter(favourite=True))
    assert (album(services, saved).text, shown(services, saved)) == (None, [1])


async def test_a_saved_search_follows_renames_of_what_its_words_name(services: Services) -> None:
    await planted(services)
    editing, people = services.album_editing, services.person_editing
    await services.tagging.tag_photos(ids(1, 2), [Ref(name="Sea")])
    await services.drawn_faces.add(photo_id(2), Box(0.1, 0.1, 0.3, 0.3), Ref(name="Anna"))
    trip = await created(services, "Trip", 2, 3)
    [tag], [anna] = services.index.search.tags.named("Sea"), services.index.search.persons.named("Anna")
    texts = ("sea", "Anna at sea", "in album Trip", "photos in folder b", "not sea")
    saved = [(await editing.create(f"{place}", text=text)).album_id for place, text in enumerate(texts)]
    found = [shown(services, each) for each in saved]
    assert found == [[1, 2], [2], [2, 3], [5, 6, 7, 8, 9], [0, 3, 4, 5, 6, 7, 8, 9]]
    await services.tag_editing.rename(tag.id, "Ocean")
    await people.rename(anna.id, "Maria")
    await editing.edit(trip, "Journey")
    await services.tagging.tag_photos(ids(0), [Ref(name="Sea")])  # another tag
    assert [shown(services, each) for each in saved] == found
    filter_ = services.albums.filter(album(services, saved[1]))
    assert set(services.browse.explain(filter_).text.split(", ")) == {"Maria", "Ocean"}
    assert album(services, saved[1]).text == "Anna at sea"
    changed = await editing.edit(saved[0], text="sea")
    assert shown(services, saved[0]) == [0]
    await undone(services, changed)
    assert shown(services, saved[0]) == [1, 2]
    assert await in_step(services)


async def test_the_meaning_of_a_text_is_kept_if_it_lasts(services: Services) -> None:
    await planted(services)
    await services.tag_editing.create("Sea")
    anna = await services.person_editing.create("Anna")
    await services.person_editing.update(anna.id, details={"groups": ["Family"]})
    lasting = ("sea", "sea 2019", "sea at christmas", "sea without Anna", "not sea, at least 3 stars")
    nothing_named, unknown, of_groups = ("2019", "favourites"), ("sea xyzzy",), ("family", "family at sea")
    of_days = ("sea last month", "sea this century", "sea in the morning")
    every = (*lasting, *nothing_named, *unknown, *of_groups, *of_days)
    kept = [text for text in every if meaning(services.index, text, date(2026, 11, 30)) is not None]
    assert kept == list(lasting)


async def test_a_stack_is_in_the_albums_of_each_of_its_photos(services: Services) -> None:
    await planted(services)
    editing = services.album_editing
    trip = await created(services, "Trip", 0, 2, 4)
    await services.stack_editing.stack(ids(1, 2))
    assert (shown(services, trip), shown(services, trip, Stacks.EXPANDED)) == ([0, 1, 4], [0, 1, 2, 4])
    assert (services.albums.photo_count(album(services, trip)), len(services.albums.of_photo(1))) == (3, 1)
    assert (await editing.add(trip, chosen(1))).result.changed == 0
    await editing.move(trip, ids(1), before=photo_id(0))
    assert shown(services, trip) == [1, 0, 4]
    await services.stack_editing.unstack(ids(1))
    assert shown(services, trip) == [2, 0, 4]
    await services.stack_editing.stack(ids(1, 2))
    assert (await editing.remove(trip, chosen(1))).result.changed == 1
    assert shown(services, trip) == [0, 4]
    assert await in_step(services)


async def test_filters_know_albums_and_what_is_in_none(services: Services) -> None:
    await planted(services)
    await created(services, "Trip", 0, 1)
    await created(services, "Zoo", 1, 2)
    await services.album_editing.create("All", filter=PhotoFilter())

    def found(filter_: PhotoFilter) -> set[int]:
        return {int(each, 16) for each in services.browse.photos(filter_, PhotoOrder.NAME_ASC).ids}

    trip, zoo = Ref(name="trip"), Ref(name="ZOO")
    assert found(PhotoFilter(albums=TermFilter(any=(trip, zoo)))) == {0, 1, 2}
    assert found(PhotoFilter(albums=TermFilter(all=(trip, zoo)))) == {1}
    assert found(PhotoFilter(albums=TermFilter(any=(trip,), only=True))) == {0}
    assert found(PhotoFilter(albums=TermFilter(none=(trip,)))) == set(range(2, 10))
    assert found(PhotoFilter(in_no_album=True)) == set(range(3, 10))
    assert found(PhotoFilter(in_no_album=False)) == {0, 1, 2}
    assert found(PhotoFilter(albums=TermFilter(any=(Ref(name="nowhere"),)))) == set()
    page = services.browse.photos(None, PhotoOrder.NAME_ASC)
    facets = services.browse.facets.albums(page.found, 5)
    assert [(row.name, count) for row, count in facets] == [("Trip", 2), ("Zoo", 2)]


async def test_albums_are_listed_by_name_words_and_time(services: Services) -> None:
    await planted(services)
    writer = LabelWriter(services.graph, services.index, Events(), clock=itertools.count(1_000).__next__)
    editing = AlbumEditing(services.graph, services.index, writer, services.questions)
    first = (await editing.create("Abruzzo 2019", chosen(0))).album_id
    await editing.create("Summer in Abruzzo", chosen(1))
    await editing.create("Saved", text="favourites")
    await editing.add(first, chosen(2))

    def named(
        text: str | None = None, smart: bool | None = None, order: AlbumOrder = AlbumOrder.NAME, first: int = 9
    ) -> list[str]:
        return [row.name for row in services.albums.page(text, smart, order, first, None).items]

    assert named() == ["Abruzzo 2019", "Saved", "Summer in Abruzzo"]
    assert named("abr") == ["Abruzzo 2019", "Summer in Abruzzo"]
    assert named("abr summ") == ["Summer in Abruzzo"]
    assert (named(smart=True), named(smart=False)) == (["Saved"], ["Abruzzo 2019", "Summer in Abruzzo"])
    assert named(order=AlbumOrder.UPDATED_DESC, first=1) == ["Abruzzo 2019"]
    by_time = services.albums.page(None, None, AlbumOrder.CREATED_DESC, 1, None)
    after = services.albums.page(None, None, AlbumOrder.CREATED_DESC, 9, by_time.cursors[0])
    assert [row.name for row in (*by_time.items, *after.items)] == ["Saved", "Summer in Abruzzo", "Abruzzo 2019"]


async def test_albums_survive_a_snapshot(services: Services) -> None:
    await planted(services)
    trip = await created(services, "Trip", 3, 1)
    await services.album_editing.create("Saved", text="favourites", details={"order": PhotoOrder.NAME_ASC})
    await services.index.save()
    services.index.search.seq = -1
    await services.index.load()
    assert shown(services, trip) == [3, 1]
    assert await in_step(services)
