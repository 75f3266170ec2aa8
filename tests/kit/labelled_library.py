"""A library of which people said all that can be said, and what of it the graph holds, in names and contents."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

from photos_graph.bootstrap import Services
from photos_graph.model.albums import AlbumDetails
from photos_graph.model.faces import Box
from photos_graph.model.jobs import JobState
from photos_graph.model.library import DatePrecision
from photos_graph.model.search import PhotoOrder, Ref
from photos_graph.model.stacks import Stacks
from photos_graph.search.filter_json import from_json
from photos_graph.search.filters import FolderFilter, PhotoFilter, TermFilter
from photos_graph.services.datasets.portable_filters import portable
from photos_graph.services.labels.album_editing import AlbumPhotos
from photos_graph.services.labels.property_rules import DateEdit
from tests.kit.corpora import ORIENTATIONS
from tests.kit.library import in_step, photos, scanned
from tests.kit.metadata import jpeg_with
from tests.kit.pictures import put
from tests.kit.portraits import pictures

TURNED = "Landscape_6.jpg"  # stored on its side


def lay_out(root: Path) -> Path:
    """Six portraits in two folders, a picture that lies on its side, and one with keywords of its own."""
    for place, picture in enumerate(pictures(3, 2)):
        put(root / f"Italy/{'2019' if place < 4 else '2020'}" / picture.name, picture.read_bytes())
    put(root / "Italy" / TURNED, (ORIENTATIONS / TURNED).read_bytes())
    put(root / "Words" / "words.jpg", jpeg_with({"Xmp.dc.subject": ["Rome", "Sea"]}))
    put(root / "Words" / "none.jpg", jpeg_with({"Xmp.xmp.Rating": "2"}))
    return root


async def scan(services: Services, root: Path) -> None:
    await services.roots.add(str(root))
    assert (await scanned(services)).state is JobState.SUCCEEDED


def named(name: str) -> Ref:
    return Ref(name=name)


async def label_all(services: Services, root: Path) -> dict[str, str]:
    """Adds a label of every kind that people can give. Returns the ids of photos by name."""
    await scan(services, root)
    found = await photos(services)
    ids = {name: photo.id for name, photo in found.items()}
    one, two, three, four, _, six, _ = [ids[name] for name in sorted(ids) if name[0].isupper()]
    tagging, tag_editing, drawing = services.tagging, services.tag_editing, services.drawn_faces
    folder = services.index.search.folders.at("Pictures/Italy")
    later = services.index.search.folders.at("Pictures/Italy/2020")
    assert folder is not None and later is not None
    await tagging.tag_folder(folder.id, [named("Places/Italy")], by="ann")
    await tagging.tag_folder(folder.id, [named("Own | photos")], recursive=False, by="ann")
    await tagging.untag_folder(later.id, [named("Places/Italy")], by="ben")
    await tagging.tag_photos([one, two], [named("Places/Italy/Abruzzo"), named("Été, & <sun>")], by="ann")
    await tagging.untag_photos([three], [named("Places")], by="ann")
    await tagging.untag_photos([ids["words.jpg"]], [named("Rome")], by="ben")
    await tag_editing.create("Nowhere yet", None, by="ann")

    ann = await drawing.add(one, Box(0.25, 0.2, 0.4, 0.5), named("Ann"), by="ann")
    await drawing.add(ids[TURNED], Box(0.1, 0.2, 0.2, 0.3), named("Bob | Ü"), by="ben")
    await drawing.add(two, Box(0.3, 0.3, 0.3, 0.4), named("Cleo"), by="ben")
    nobody = await drawing.add(four, Box(0.3, 0.3, 0.3, 0.4), by="ben")
    ignored = await drawing.add(four, Box(0.7, 0.1, 0.2, 0.2), by="ben")
    assert ann.person_id is not None
    await services.assignment.reject([nobody.id], ann.person_id, by="ann")
    await services.assignment.ignore([ignored.id], True, by="ann")
    cleo = services.persons.named("Cleo")
    assert cleo is not None
    await services.person_editing.update(ann.person_id, is_me=True, cover_id=ann.id)
    await services.person_editing.update(cleo.id, hidden=True)
    await services.ratings.rate([one, six], 5, by="ann")
    await services.property_editing.describe([one, two], "type=Quay, & <boats>", "Ann; Bob: 100 %", by="ann")
    await services.property_editing.describe([two], "", by="ben")
    await services.property_editing.place([three], 42.4611111, -14.2138889, by="ben")
    await services.property_editing.date([four], DateEdit(datetime(1987, 6, 5, 10, 11, 12), offset="+02:00"), by="ann")
    await services.property_editing.date([six], DateEdit(datetime(1987, 1, 1), precision=DatePrecision.MONTH), by="ann")
    await services.ratings.favourite([two], True, by="ann")
    sea = services.tags.named("Sea")
    assert sea is not None
    await services.models.set_threshold(sea.id, 0.8)
    await make_albums(services, one, two, six)
    assert await in_step(services)
    return ids


async def make_albums(services: Services, one: str, two: str, six: str) -> None:
    """An album of photos in an order of its own, one without photos, a smart album and a saved search."""
    editing = services.album_editing
    details = AlbumDetails(description="Walks", order=PhotoOrder.TAKEN_ASC)
    trip = (await editing.create("By the sea", AlbumPhotos([six, one]), details=details, by="ann")).album_id
    await editing.add(trip, AlbumPhotos([two]), by="ben")
    await editing.move(trip, [two], before=six, by="ann")
    await editing.set_cover(trip, two, by="ann")
    await editing.create("Later", by="ben")
    by_name = PhotoFilter(tags=TermFilter(any=(named("Places/Italy"), named("Sea"), named("No such tag"))))
    by_face = PhotoFilter(not_=PhotoFilter(persons=TermFilter(all=(named("Ann"),))))
    elsewhere = PhotoFilter(folder=FolderFilter(path="Pictures/Italy"), albums=TermFilter(none=(named("By the sea"),)))
    smart = await editing.create("Smart", filter=PhotoFilter(or_=(by_name, by_face, elsewhere)), by="ann")
    await editing.set_cover(smart.album_id, six, by="ann")
    await editing.create("Typed", text="boats in Italy", by="ben")


PHOTO: LiteralString = """
MATCH (p:Photo)
RETURN p.contentHash AS photo, p.rating AS rating, p.ratedAt AS ratedAt, p.ratedBy AS ratedBy,
  coalesce(p.favourite, false) AS favourite, p.favouriteBy AS favouriteBy,
  [p.title, p.titleAt, p.titleBy, p.caption, p.captionAt, p.captionBy] AS described,
  [toString(p.takenAt), p.takenOffset, p.takenPrecision, p.dateAt, p.dateBy] AS dated,
  [p.latitude, p.longitude, p.positionAt, p.positionBy] AS positioned, [(p)-[:AT]->(x:Place) | x.id] AS places,
  [(p)-[r:TAGGED]->(t:Tag) | [t.name, r.via, CASE r.via WHEN 'IMPORTED' THEN 0 ELSE r.at END, r.by]] AS tagged,
  [(p)-[r:EXCLUDES]->(t:Tag) | [t.name, r.at, r.by]] AS excluded
"""
FACE: LiteralString = """
MATCH (p:Photo)-[:HAS_FACE]->(f:Face)
RETURN p.contentHash AS photo, f.x AS x, f.y AS y, f.width AS width, f.height AS height, f.source AS source,
  coalesce(f.ignored, false) AS ignored,
  [(f)-[r:IS]->(x:Person) | [x.name, r.via, r.at, r.by, x.cover = f.id]] AS named,
  [(f)-[r:IS_NOT]->(x:Person) | [x.name, r.at, r.by]] AS never
"""
FOLDER: LiteralString = """
MATCH (d:Folder)
RETURN d.name AS folder, [(d)-[r:TAGGED]->(t:Tag) | [t.name, r.recursive, r.via, r.at, r.by]] AS tagged,
  [(d)-[r:EXCLUDES]->(t:Tag) | [t.name, r.at, r.by]] AS excluded
"""
TAG: LiteralString = """
MATCH (t:Tag) OPTIONAL MATCH (t)-[:CHILD_OF]->(up:Tag)
RETURN t.name AS tag, up.name AS up, t.threshold AS threshold, t.thresholdBy AS thresholdBy
"""
ALBUM: LiteralString = """
MATCH (a:Album) OPTIONAL MATCH (c:Photo {number: a.cover})
RETURN a {.name, .description, .text, .orderBy, .filter, .at, .by} AS album, c.contentHash AS cover,
  [(a)<-[r:IN_ALBUM]-(p:Photo) | [r.position, p.contentHash, r.at, r.by]] AS photos
"""
PERSON: LiteralString = "MATCH (x:Person) RETURN x.name AS person, x.isMe AS isMe, x.hidden AS hidden"


async def everything(services: Services) -> dict[str, Any]:
    """Returns all labels that the graph holds; those from keywords come without the time when they were read."""
    found: dict[str, Any] = {}
    for name, query in (("photo", PHOTO), ("face", FACE), ("folder", FOLDER), ("tag", TAG), ("person", PERSON)):
        rows = await services.graph.read(query)
        found[name] = sorted((_sorted(row) for row in rows), key=repr)
    found["album"] = sorted([_album(services, row) for row in await services.graph.read(ALBUM)], key=repr)
    return found


def _album(services: Services, row: dict[str, Any]) -> list[Any]:
    """The album with its photos in order, and with names in its filter."""
    album = dict(row["album"])
    filter_ = album.pop("filter", None)
    told = None if filter_ is None else portable(from_json(filter_), services.index.search)
    return [sorted(album.items()), row["cover"], told, [values[1:] for values in sorted(row["photos"])]]


def _sorted(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: sorted(value, key=repr)
        if isinstance(value, list)
        else round(value, 4)
        if isinstance(value, float)
        else value
        for key, value in row.items()
    }


async def effective(services: Services) -> dict[str, Any]:
    """Returns the effective labels of each photo by name, whatever their source."""
    search = services.index.search
    found = await photos(services, stacks=Stacks.EXPANDED)
    tags = await services.tags.photo_tags([photo.id for photo in found.values()])
    named_faces = {}
    for row in await services.graph.read(FACE):
        if not row["ignored"]:
            sides = tuple(round(row[side], 3) for side in ("x", "y", "width", "height"))
            named_faces.setdefault(row["photo"], set()).add((sides, row["named"][0][0] if row["named"] else None))
    return {
        name: (
            {search.tags.path(tag.tag_id) for tag in own},
            named_faces.get(photo.content_hash, set()),
            photo.rating,
            photo.favourite,
            photo.description.title,
            photo.description.caption,
            photo.taken and (photo.taken.text, photo.taken.offset),
            photo.location and (round(photo.location.latitude, 6), round(photo.location.longitude, 6)),
        )
        for (name, photo), own in zip(found.items(), tags, strict=True)
    }
