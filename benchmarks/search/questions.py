"""The ten queries, each for the service, for SQLite and for Cypher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, IntRange, PhotoFilter, TermFilter
from photos_graph.search.terms.dates import TakenIn


@dataclass(frozen=True, slots=True)
class Question:
    """A query. ``sql`` and ``cypher`` are conditions on the photo ``p``. If it is ``heavy``, a large part of the
    library matches; if it is ``rare``, one photo in thousands does."""

    name: str
    filter: PhotoFilter
    graphql: dict[str, object]
    sql: str
    cypher: LiteralString
    start: LiteralString = "MATCH (p:Photo)"  # where a good plan begins
    heavy: bool = False
    rare: bool = False


def _terms(*names: str) -> TermFilter:
    return TermFilter(all=tuple(Ref(name=name) for name in names))


def _any(*names: str) -> TermFilter:
    return TermFilter(any=tuple(Ref(name=name) for name in names))


def _tagged(name: str) -> str:
    """Returns the condition that a photo has a tag by itself, by a descendant or from a folder, and that it is not
    excluded."""
    below = f"(SELECT below FROM tag_below WHERE tag = '{name}')"
    return f"""(p.number IN (SELECT photo FROM photo_tag WHERE tag IN {below})
      OR p.folder IN (SELECT b.below FROM folder_tag t JOIN folder_below b ON b.folder = t.folder
                      WHERE t.tag IN {below}))
      AND NOT EXISTS (SELECT 1 FROM excluded x WHERE x.photo = p.number AND x.tag IN {below})"""


def _person(name: str) -> str:
    return f"EXISTS (SELECT 1 FROM face f WHERE f.person = '{name}' AND f.photo = p.number)"


def _place(name: str) -> str:
    return f"p.place IN (SELECT below FROM place_below WHERE place = '{name}')"


OWN_TAG2: LiteralString = "MATCH (:Tag {name: 'Tag2'})<-[:TAGGED]-(p:Photo)"
RARE: LiteralString = "MATCH (:Tag {name: 'Rare'})<-[:TAGGED]-(p:Photo)"
GROUP1: LiteralString = "MATCH (:Tag {name: 'Group1'})<-[:CHILD_OF*0..5]-(:Tag)<-[:TAGGED]-(p:Photo)"
JOURNEY0: LiteralString = """MATCH (t:Tag {name: 'Journey0'})<-[:TAGGED]-(d:Folder)
MATCH (d)<-[:IN*0..20]-(:Folder)<-[:IN]-(:File)-[:OF]->(p:Photo)"""
PERSON0: LiteralString = "MATCH (:Person {name: 'Person0'})<-[:IS|LOOKS_LIKE]-(:Face)<-[:HAS_FACE]-(p:Photo)"
REGION7: LiteralString = "MATCH (:Place {name: 'Region7'})<-[:WITHIN*0..2]-(:Place)<-[:AT]-(p:Photo)"
FOLDER3: LiteralString = "MATCH (:Folder {id: 'folder3'})<-[:IN*0..20]-(:Folder)<-[:IN]-(:File)-[:OF]->(p:Photo)"

QUESTIONS = (
    Question(
        "a rare tag", PhotoFilter(tags=_terms("Rare")), {"tags": {"all": ["Rare"]}}, _tagged("Rare"), "true", RARE,
        rare=True,
    ),
    Question(
        "a tag on a top folder", PhotoFilter(tags=_terms("Journey0")), {"tags": {"all": ["Journey0"]}},
        _tagged("Journey0"), "NOT EXISTS { (p)-[:EXCLUDES]->(:Tag {name: 'Journey0'}) }", JOURNEY0, heavy=True,
    ),
    Question(
        "a group of tags", PhotoFilter(tags=_terms("Group1")), {"tags": {"all": ["Group1"]}}, _tagged("Group1"), "true",
        GROUP1, heavy=True,
    ),
    Question(
        "a frequent tag and a frequent person",
        PhotoFilter(tags=_terms("Tag2"), persons=_terms("Person0")),
        {"tags": {"all": ["Tag2"]}, "persons": {"all": ["Person0"]}},
        f"{_tagged('Tag2')} AND {_person('Person0')}",
        "EXISTS { (p)-[:TAGGED]->(:Tag {name: 'Tag2'}) }",
        PERSON0,
    ),
    Question(
        "a tag in a region in a year",
        PhotoFilter(tags=_terms("Tag2"), places=_terms("Region7"), taken=TakenIn(year=2010)),
        {"tags": {"all": ["Tag2"]}, "places": {"all": ["Region7"]}, "taken": {"year": 2010}},
        f"{_tagged('Tag2')} AND {_place('Region7')} AND p.taken >= '2010' AND p.taken < '2011'",
        "p.takenAt >= localdatetime('2010-01-01T00:00:00') AND p.takenAt < localdatetime('2011-01-01T00:00:00') "
        "AND EXISTS { (p)-[:TAGGED]->(:Tag {name: 'Tag2'}) }",
        REGION7,
        rare=True,
    ),
    Question(
        "a person without another tag",
        PhotoFilter(persons=_terms("Person0"), not_=PhotoFilter(tags=_terms("Tag0"))),
        {"persons": {"all": ["Person0"]}, "not": {"tags": {"all": ["Tag0"]}}},
        f"{_person('Person0')} AND NOT ({_tagged('Tag0')})",
        "NOT EXISTS { (p)-[:TAGGED]->(:Tag {name: 'Tag0'}) }",
        PERSON0,
        heavy=True,
    ),
    Question(
        "any of three tags",
        PhotoFilter(tags=_any("Tag1", "Tag5", "Tag9")),
        {"tags": {"any": ["Tag1", "Tag5", "Tag9"]}},
        " OR ".join(f"({_tagged(f'Tag{n}')})" for n in (1, 5, 9)),
        "true",
        "MATCH (t:Tag)<-[:TAGGED]-(p:Photo) WHERE t.name IN ['Tag1', 'Tag5', 'Tag9'] WITH DISTINCT p",
        heavy=True,
    ),
    Question(
        "a folder's tree, four stars and more",
        PhotoFilter(folder=FolderFilter(id="folder3"), rating=IntRange(min=4)),
        {"folder": {"path": "Pictures/2003 Trip 3"}, "rating": {"min": 4}},
        "p.folder IN (SELECT below FROM folder_below WHERE folder = 'folder3') AND p.rating >= 4",
        "p.rating >= 4",
        FOLDER3,
    ),
    Question(
        "favourites with a face that nobody named",
        PhotoFilter(favourite=True, not_=PhotoFilter(persons=_any("Person0", "Person1"))),
        {"favourite": True, "not": {"persons": {"any": ["Person0", "Person1"]}}},
        f"p.favourite = 1 AND NOT ({_person('Person0')} OR {_person('Person1')})",
        "p.favourite = true AND NOT EXISTS { MATCH (p)-[:HAS_FACE]->(:Face)-[:IS|LOOKS_LIKE]->(x:Person) "
        "WHERE x.name IN ['Person0', 'Person1'] }",
    ),
    Question(
        "everything without a tag", PhotoFilter(untagged=True), {"untagged": True},
        """p.number NOT IN (SELECT photo FROM photo_tag)
        AND (p.folder NOT IN (SELECT b.below FROM folder_tag t JOIN folder_below b ON b.folder = t.folder)
          OR NOT EXISTS (SELECT 1 FROM folder_below b JOIN folder_tag t ON t.folder = b.folder WHERE b.below = p.folder
            AND t.tag NOT IN (SELECT x.tag FROM excluded x WHERE x.photo = p.number)))""",
        "NOT EXISTS { (p)-[:TAGGED]->(:Tag) } AND NOT EXISTS { MATCH (p)<-[:OF]-(:File)-[:IN]->(:Folder)"
        "-[:IN*0..20]->(:Folder)-[:TAGGED]->(t:Tag) WHERE NOT EXISTS { (p)-[:EXCLUDES]->(t) } }",
        heavy=True,
    ),
)  # fmt: skip
