"""Every query of the product starts at an index, so that what it costs does not grow with the library."""

from __future__ import annotations

import pytest

from photos_graph.graph.engine import contents
from photos_graph.graph.engine.connection import Graph
from tests.kit import visited
from tests.kit.cypher import constants
from tests.kit.engines import RunningEngine

pytestmark = pytest.mark.anyio

LOADED = "the index is read from the graph when there is no snapshot"
UPKEEP = "what is old is deleted in the background"
SCAN = "a scan does it once for a root"
REMOVAL = "a root is removed with all that it holds, in portions"
GROUPING = "a job groups all faces"
BACKED_UP = "a back-up holds everything"
RESTORED = "a restore completes what it put"

COPIES, VISITS_EACH = 60, 16

WALKS = {
    "engine.contents.ANY_NODE": RESTORED,
    "engine.contents.CLEAR": RESTORED,
    "engine.contents.ORPHANS": RESTORED,
    "engine.contents.ORPHANS 1": RESTORED,
    "engine.contents.ORPHANS 2": RESTORED,
    "engine.contents.ORPHANS 3": RESTORED,
    "engine.contents.COUNT_CLUSTERS": RESTORED,
    "engine.contents.ALL": BACKED_UP,
    **{f"engine.contents.ALL {number}": BACKED_UP for number in range(1, len(contents.NODES))},
    "postings.PHOTO_BLOCK": LOADED,
    "postings.PATH_BLOCK": LOADED,
    "postings.PLACE_BLOCK": LOADED,
    "postings.FOLDERS": LOADED,
    "labels.label_postings.FOLDER_TAGS": LOADED,
    "labels.label_postings.FOLDER_EXCLUSIONS": LOADED,
    "labels.label_postings.ALL_PHOTO_TAGS": LOADED,
    "labels.label_postings.ALL_PHOTO_EXCLUSIONS": LOADED,
    "labels.label_postings.ALL_PREDICTED_TAGS": LOADED,
    "labels.label_postings.ALL_PHOTO_PERSONS": LOADED,
    "labels.label_postings.ALL_PREDICTED_PERSONS": LOADED,
    "labels.label_postings.ALL_FACES": LOADED,
    "labels.album_entries.ALL": LOADED,
    "jobs.PRUNE": UPKEEP,
    "engine.feed.PRUNE": UPKEEP,
    "engine.outcomes.PRUNE": UPKEEP,
    "learning.skips.FORGET_OLD": UPKEEP,
    "library.files.COUNTS": SCAN,
    "library.folders.FOLDERS": SCAN,
    "library.folders.BEHIND": SCAN,
    "library.rereading.COUNT": SCAN,
    "library.failures.CLEAR_FOLDERS": SCAN,
    "library.failures.CLEAR_STAGE": "a job forgets the failures of a stage that is repeated",
    "library.failures.RETRY": "every failure is tried again",
    "library.forgetting.FILES": REMOVAL,
    "library.forgetting.FORGET_FILES": REMOVAL,
    "library.forgetting.FORGET_FOLDERS": REMOVAL,
    "library.removed_roots.FOLDERS": REMOVAL,
    "library.removed_roots.MARKS": REMOVAL,
    "faces.clusters.CLUSTERS": GROUPING,
    "access.TOKENS": "tokens are few, and read when one was changed",
    "access.SESSIONS": "sessions are at most 1,000, and read when one was changed",
    "engine.outcomes.PRUNE_BEFORE": "the process that runs jobs deletes old outcomes now and then",
    "trips.ALL": "trips are kept in memory, and read again when one has changed",
    "trips.TIMED_BY_FILES": "a job groups all photos",
    "learning.large_faces.ALL": "a job asks which of all photos are portraits",
    "learning.skips.ALL": "people skip few questions, of the thousands that models ask",
}


def queries() -> dict[str, str]:
    """Returns the queries by their names. Constants of which others are made are tested as parts of these."""
    named = [(name.removeprefix("photos_graph.graph."), text) for name, text in constants()]
    texts = {text for name, text in named if not name.startswith("engine.migrations.")}
    whole = {text for text in texts if not any(text in other and text != other for other in texts)}
    found: dict[str, str] = {}
    for name, text in named:
        if text in whole and text not in found.values():
            variants = sum(known.partition(" ")[0] == name for known in found)
            found[f"{name} {variants}" if variants else name] = text
    return {name: text.replace("{due}", "facesDue").replace("{by}", "facesBy") for name, text in found.items()}


async def test_no_query_visits_the_whole_library_or_compares_the_files_of_a_photo(
    graph: Graph, engine: RunningEngine
) -> None:
    """A picture may have thousands of files, such as the cover in each folder of a music collection. There are more of
    everything than a query may visit, and a comparison of all copies with each other visits more than that, too."""
    most = COPIES * VISITS_EACH
    assert most < visited.SIZE and most < COPIES**2
    visited.fill(engine)
    visited.add_copies(engine, COPIES)
    count = visited.counter(engine)
    visits = {name: count(query) for name, query in queries().items() if name not in WALKS}
    walking = {name: visits[name] for name in visits if visits[name] > most}
    assert not walking, f"These visit all of something that grows with the library: {walking}"


def test_the_exceptions_are_queries() -> None:
    assert not WALKS.keys() - queries().keys()
