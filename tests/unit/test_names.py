"""A name has one meaning: no class stands twice, and modules that share a name share what they are about."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

# The names of modules that stand more than once, each with the one meaning that all of them share. A floor has a module
# of that name for its own part of the work: the graph's queries, a service's rules, the types of the API.
SHARED = {
    "access": "tokens and sessions",
    "albums": "albums and saved searches",
    "boxes": "rectangles around faces",
    "catalogue": "the models that can be used, and where their weights come from",
    "changes": "recorded changes to labels, which can be undone",
    "clustering": "clusters of faces without a name",
    "clusters": "clusters of faces",
    "content": "what pictures show, as a model guesses",
    "datasets": "exports and imports of labels",
    "dates": "when photos were taken",
    "detection": "the search for faces in photos",
    "download": "the download of weights",
    "errors": "errors that a client sees",
    "exposure": "how a photo was exposed",
    "faces": "faces in photos",
    "features": "the vectors that describe photos",
    "filters": "the filter of a question for photos",
    "folders": "folders of originals",
    "history": "the list of changes",
    "index": "the search index",
    "job": "the handler of a kind of job",
    "jobs": "long tasks that are stored in the graph",
    "json_lines": "labels as lines of JSON",
    "keywords": "words that files carry, which become tags",
    "library": "photos, and the files and folders that hold them",
    "media": "originals and renditions",
    "models": "versions of trained models",
    "neighbours": "photos that look alike",
    "outcomes": "what became of mutations",
    "pages": "pages of a list",
    "persons": "persons, who have faces",
    "predicted_tags": "answers to what models predict, for many photos at once",
    "photos": "photos",
    "places": "places on Earth",
    "properties": "what a photo says about itself",
    "questions": "the questions of the review queue",
    "ratings": "ratings and favourites",
    "regions": "faces that files mark",
    "replacements": "other pictures at the paths of older ones",
    "rereading": "the metadata of known photos, read again",
    "review": "the review queue",
    "room": "the services of a room, with its jobs and subscriptions",
    "schedules": "when training starts by the clock",
    "search": "the search in words",
    "sheets": "random samples of photos, to be judged",
    "sidecars": "XMP files beside originals",
    "similar": "photos that look alike, or show the same",
    "similar_groups": "groups of photos that show the same",
    "stacks": "photos that belong together and are one entry in lists",
    "succession": "a photo that takes the place of another one",
    "tagging": "tags that people put on photos and folders",
    "tags": "tags",
    "timeline": "the sections of the list of photos by time",
    "triggers": "what starts jobs by itself",
    "trips": "journeys and events that photos show",
    "undo": "the undoing of changes",
    "weights": "files of weights",
}


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((REPOSITORY / package).rglob("*.py"))]


@pytest.mark.parametrize("package", ["photos_graph", "resolvers"])
def test_a_class_name_stands_once(package: str) -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules(package):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path.relative_to(REPOSITORY)}:{node.lineno}")
    assert {name: where for name, where in places.items() if len(where) > 1} == {}


def test_modules_that_share_a_name_share_a_meaning() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules("photos_graph", "resolvers"):
        if path.stem != "__init__":
            places[path.stem].append(str(path.relative_to(REPOSITORY)))
    twice = {name: where for name, where in places.items() if len(where) > 1 and name not in SHARED}
    assert twice == {}, "rename one of them, or say in SHARED what they have in common"
