"""The questions of docs/cypher.md."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Edit
from photos_graph.graph.library import files, folders, photos, vanished_files
from photos_graph.graph.library.files import FileRecord
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.jobs import JobKind
from photos_graph.model.library import (
    Exposure,
    Location,
    Metadata,
    Place,
    PlaceKind,
    Root,
    RootState,
    Taken,
    TakenSource,
)
from tests.kit.jobs import ended_job
from tests.kit.tags import grown, written
from tests.kit.writing import writer

PAGE = Path(__file__).resolve().parents[2] / "docs" / "cypher.md"
_QUESTION = re.compile(r"^## (.+?)$(?:(?!^## ).)*?```graphql\n(.+?)```(?:(?!^## ).)*?```cypher\n(.+?)```", re.M | re.S)


def questions() -> dict[str, tuple[str, str]]:
    """Maps each heading to its question in GraphQL and in Cypher."""
    return {title: (graphql, cypher) for title, graphql, cypher in _QUESTION.findall(PAGE.read_text())}


COUNTRY = Place("IT", "Italy", PlaceKind.COUNTRY)
ABRUZZO = Place("IT/Abruzzo", "Abruzzo", PlaceKind.REGION, "IT")
LAQUILA = Place("IT/Abruzzo/L'Aquila", "L'Aquila", PlaceKind.CITY, "IT/Abruzzo")
LAZIO = Place("IT/Lazio", "Lazio", PlaceKind.REGION, "IT")

# name, folder, taken, where, rating; the photo's number is its place in this list
SHOTS: list[tuple[str, str, datetime | None, Place | None, int | None]] = [
    ("0 gran sasso.jpg", "abruzzo", datetime(2019, 8, 1), LAQUILA, 5),
    ("1.jpg", "abruzzo", datetime(2019, 8, 31, 23, 59, 59), LAQUILA, 4),
    ("2.jpg", "abruzzo", datetime(2019, 9, 1), ABRUZZO, 3),
    ("3.jpg", "hut", datetime(2019, 8, 14), ABRUZZO, None),
    ("4.jpg", "hut", None, None, None),
    ("5.jpg", "rome", datetime(2020, 1, 1), LAZIO, -1),
    ("6 sasso.jpg", "rome", datetime(2020, 8, 14), LAZIO, 4),
    ("7.jpg", "office", datetime(2019, 8, 14), None, 1),
    ("8.jpg", "office", None, None, None),
    ("9.jpg", "office", datetime(2019, 8, 10), LAQUILA, 5),  # its file is missing
    ("10 massasso.jpg", "office", None, None, None),
]
MISSING = 9
SIZES = {0: (1, 2), 6: (8, 3), MISSING: (9, 1)}  # of the others: 4 by 3
COPIES = {7: "hut"}  # a second file of that photo
POSITIONS = {LAQUILA: Location(42.35, 13.4), ABRUZZO: Location(42.46, 13.56), LAZIO: Location(41.9, 12.5)}
TREE = {"Italy": "italy", "Italy/2019 Abruzzo": "abruzzo", "Italy/2019 Abruzzo/Hut": "hut", "Rome": "rome", "Work": "w"}
TREE |= {"Work/Italy": "office"}

MANUAL = Assertion(AssertionKind.TAGGED, 1, "", "MANUAL")
BELOW = Assertion(AssertionKind.TAGGED, 1, "", "MANUAL", recursive=True)
ALONE = Assertion(AssertionKind.TAGGED, 1, "", "MANUAL", recursive=False)
EXCLUDES = Assertion(AssertionKind.EXCLUDES, 1, "")


async def plant_cookbook(graph: Graph) -> None:
    await folders.add_root(writer(graph), Root("r", "Pictures", b"/nowhere", "marker", RootState.ONLINE))
    ids = {"": "r"}
    for path, id_ in TREE.items():
        above, _, name = path.rpartition("/")
        record = StoredFolder(id_, f"r/{path}", name, path.encode(), ids[above], 1, 1)
        await folders.put_folders(writer(graph), "r", [record])
        ids[path] = id_
    await ended_job(graph, "j", JobKind.SCAN)
    held = [(number, shot[1]) for number, shot in enumerate(SHOTS)] + list(COPIES.items())
    await files.put_pending(graph, [_record(number, folder) for number, folder in held], "j")
    await photos.put_read(writer(graph), [_read(number, folder) for number, folder in held], [], "j")
    await vanished_files.miss_files(writer(graph), [_record(MISSING, "office").id])
    await _say(graph)
    await _show(graph)


def _record(number: int, folder: str) -> FileRecord:
    name = SHOTS[number][0]
    return FileRecord(f"{folder}/{number}", name, name.encode(), folder, 1, 1, 1)


def _read(number: int, folder: str) -> photos.Read:
    _, _, taken, place, rating = SHOTS[number]
    metadata = Metadata(
        taken=Taken(taken, TakenSource.EXIF) if taken else None,
        location=POSITIONS[place] if place else None,
        rating=rating,
        exposure=Exposure(iso=1600 if folder == "hut" else 100, aperture=2.8),
    )
    places = {None: (), LAZIO: (COUNTRY, LAZIO), ABRUZZO: (COUNTRY, ABRUZZO), LAQUILA: (COUNTRY, ABRUZZO, LAQUILA)}
    digest = f"{number:032x}{0:032x}"
    return photos.Read(
        f"{folder}/{number}", 1, 1, 1, digest, digest, *SIZES.get(number, (4, 3)), "JPEG", "", metadata, places[place]
    )  # fmt: skip


async def _say(graph: Graph) -> None:
    tags = await grown(
        graph, "Places/Italy/Abruzzo", "Places/Italy/Abruzzo/Gran Sasso", "Places/Italy", "Italy", "Landscape/Sea",
        "Landscape", "Work",
    )  # fmt: skip
    await written(
        graph,
        Edit(None, BELOW, tags["Places/Italy/Abruzzo"], folders=("abruzzo",)),
        Edit(None, EXCLUDES, tags["Places/Italy"], folders=("hut",)),
        Edit(None, ALONE, tags["Places/Italy/Abruzzo/Gran Sasso"], folders=("italy", "hut")),
        Edit(None, EXCLUDES, tags["Places/Italy"], photos=(2,)),
        Edit(None, MANUAL, tags["Places/Italy/Abruzzo/Gran Sasso"], photos=(2, 5, MISSING)),
        Edit(None, MANUAL, tags["Italy"], photos=(7,)),
        Edit(None, MANUAL, tags["Landscape/Sea"], photos=(0, 2, MISSING)),
        Edit(None, MANUAL, tags["Landscape"], photos=(1, 4, 6)),
    )
    await graph.write("MATCH (t:Tag {id: $id}) SET t.threshold = 0.5", id=tags["Landscape"])
    for number, score in ((3, 0.5), (8, 0.4)):
        await graph.write(
            "MATCH (p:Photo {number: $n}), (t:Tag {id: $id}) CREATE (p)-[:PREDICTED {score: $score, model: 'm'}]->(t)",
            n=number, id=tags["Landscape"], score=score,
        )  # fmt: skip


async def _show(graph: Graph) -> None:
    """Anna is me: certainly on 0, 2 and 6, by a model on 1; Ben on 0, and not on 3 or 4, whatever a model says."""
    await graph.write(
        """
        UNWIND [['anna', 'Anna', true], ['ben', 'Ben', false], ['sassa', 'Zita Sassa', false]] AS row
        CREATE (:Person {id: row[0], name: row[1], key: toLower(row[1]), isMe: row[2], hidden: false})
        """
    )
    for number, person, relation, ignored in (
        (0, "anna", "IS", False),
        (2, "anna", "IS", False),
        (6, "anna", "IS", False),
        (1, "anna", "LOOKS_LIKE", False),
        (0, "ben", "IS", False),
        (3, "ben", "NOT APPLIED", False),
        (4, "ben", "LOOKS_LIKE", True),
        (8, "sassa", "IS", False),
    ):
        await graph.write(
            """
            MATCH (p:Photo {number: $number}), (who:Person {id: $person})
            CREATE (p)-[:HAS_FACE]->(f:Face {id: $face, ignored: $ignored})
            FOREACH (x IN CASE WHEN $relation = 'IS' THEN [1] ELSE [] END | CREATE (f)-[:IS {at: 1, by: ''}]->(who))
            FOREACH (x IN CASE WHEN $relation <> 'IS' THEN [1] ELSE [] END |
              CREATE (f)-[:LOOKS_LIKE {score: 0.9, model: 'm', applied: $relation = 'LOOKS_LIKE'}]->(who))
            """,
            number=number, person=person, face=f"{person}-{number}", relation=relation, ignored=ignored,
        )  # fmt: skip
