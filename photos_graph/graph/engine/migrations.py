"""The schema of the graph as numbered migrations, each of which is run once and recorded as ``(:Migration)``.

A migration is a tuple of statements that can be repeated without harm, so that an interrupted start, or two starts at
once, lead to the same schema. Never change a migration that was released. Add a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import LiteralString

from photos_graph.errors import BadSettings
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.dialect import EMBEDDED

MIGRATIONS: dict[int, tuple[LiteralString, ...]] = {
    1: (
        "CREATE CONSTRAINT migration_number IF NOT EXISTS FOR (n:Migration) REQUIRE n.number IS UNIQUE",
        "CREATE CONSTRAINT folder_id IF NOT EXISTS FOR (n:Folder) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT folder_key IF NOT EXISTS FOR (n:Folder) REQUIRE n.key IS UNIQUE",
        "CREATE CONSTRAINT file_id IF NOT EXISTS FOR (n:File) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT file_key IF NOT EXISTS FOR (n:File) REQUIRE n.key IS UNIQUE",
        "CREATE CONSTRAINT photo_id IF NOT EXISTS FOR (n:Photo) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT photo_number IF NOT EXISTS FOR (n:Photo) REQUIRE n.number IS UNIQUE",
        "CREATE CONSTRAINT place_id IF NOT EXISTS FOR (n:Place) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT job_id IF NOT EXISTS FOR (n:Job) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT failure_id IF NOT EXISTS FOR (n:Failure) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT touched_seq IF NOT EXISTS FOR (n:Touched) REQUIRE n.seq IS UNIQUE",
        "CREATE CONSTRAINT meta_name IF NOT EXISTS FOR (n:Meta) REQUIRE n.name IS UNIQUE",
        "CREATE CONSTRAINT change_id IF NOT EXISTS FOR (n:Change) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX file_state IF NOT EXISTS FOR (n:File) ON (n.state)",
        "CREATE INDEX file_inode IF NOT EXISTS FOR (n:File) ON (n.inode)",
        "CREATE INDEX folder_root IF NOT EXISTS FOR (n:Folder) ON (n.rootId)",
        "CREATE INDEX job_state IF NOT EXISTS FOR (n:Job) ON (n.state)",
        "CREATE INDEX job_created_at IF NOT EXISTS FOR (n:Job) ON (n.createdAt)",
        "CREATE INDEX failure_at IF NOT EXISTS FOR (n:Failure) ON (n.at)",
    ),
    2: (
        "CREATE CONSTRAINT tag_id IF NOT EXISTS FOR (n:Tag) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT tag_key IF NOT EXISTS FOR (n:Tag) REQUIRE n.key IS UNIQUE",
        "CREATE CONSTRAINT person_id IF NOT EXISTS FOR (n:Person) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT face_id IF NOT EXISTS FOR (n:Face) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT model_id IF NOT EXISTS FOR (n:Model) REQUIRE n.id IS UNIQUE",
    ),
    3: (
        "CREATE CONSTRAINT cluster_id IF NOT EXISTS FOR (n:Cluster) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX cluster_size IF NOT EXISTS FOR (n:Cluster) ON (n.size)",
        "CREATE INDEX face_rank IF NOT EXISTS FOR (n:Face) ON (n.rank)",
        "CREATE INDEX face_ignored IF NOT EXISTS FOR (n:Face) ON (n.ignored)",
    ),
    4: ("CREATE INDEX photo_faces_due IF NOT EXISTS FOR (n:Photo) ON (n.facesDue)",),
    5: (
        "CREATE CONSTRAINT features_id IF NOT EXISTS FOR (n:Features) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT schedule_kind IF NOT EXISTS FOR (n:Schedule) REQUIRE n.kind IS UNIQUE",
        "CREATE INDEX photo_features_due IF NOT EXISTS FOR (n:Photo) ON (n.featuresDue)",
    ),
    6: (
        "CREATE INDEX face_unseen IF NOT EXISTS FOR (n:Face) ON (n.unseen)",
        """MATCH (f:Face)<-[:HAS_FACE]-(p:Photo)
           WHERE NOT EXISTS { MATCH (p)<-[:OF]-(o:File) WHERE o.state <> 'MISSING' }
           SET f.unseen = true""",
        """MATCH (:Face {unseen: true})-[:IN_CLUSTER]->(c:Cluster)
           WITH DISTINCT c
           SET c.size = COUNT { MATCH (c)<-[:IN_CLUSTER]-(f:Face)
             WHERE f.unseen IS NULL AND NOT coalesce(f.ignored, false) AND NOT EXISTS { (f)-[:IS]->(:Person) } }""",
    ),
    7: ("CREATE INDEX photo_read_due IF NOT EXISTS FOR (n:Photo) ON (n.readDue)",),
    8: ("CREATE INDEX photo_predictions_due IF NOT EXISTS FOR (n:Photo) ON (n.predictionsDue)",),
    9: (
        "CREATE INDEX photo_picture_hash IF NOT EXISTS FOR (n:Photo) ON (n.pictureHash)",
        "CREATE INDEX file_content_hash IF NOT EXISTS FOR (n:File) ON (n.contentHash)",
    ),
    10: (
        "CREATE INDEX photo_stack IF NOT EXISTS FOR (n:Photo) ON (n.stack)",
        "CREATE INDEX folder_stacks_due IF NOT EXISTS FOR (n:Folder) ON (n.stacksDue)",
        "MATCH (d:Folder) SET d.stacksDue = true",
    ),
    12: (
        "CREATE CONSTRAINT replacement_id IF NOT EXISTS FOR (n:Replacement) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX replacement_state IF NOT EXISTS FOR (n:Replacement) ON (n.state)",
    ),
    13: (
        "CREATE CONSTRAINT sheet_id IF NOT EXISTS FOR (n:Sheet) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX sheet_tag IF NOT EXISTS FOR (n:Sheet) ON (n.tag)",
    ),
    14: (
        "CREATE CONSTRAINT skipped_id IF NOT EXISTS FOR (n:Skipped) REQUIRE n.id IS UNIQUE",
        """MATCH (p:Photo) WHERE p.deniedClasses IS NOT NULL
           UNWIND p.deniedClasses AS name
           MERGE (s:Skipped {id: p.id + '//' + name}) SET s.until = 4611686018427387904""",
    ),
    15: (
        "DROP CONSTRAINT person_key IF EXISTS",
        "CREATE INDEX person_name IF NOT EXISTS FOR (n:Person) ON (n.key)",
        "CREATE CONSTRAINT deleted_face_id IF NOT EXISTS FOR (n:DeletedFace) REQUIRE n.id IS UNIQUE",
    ),
    16: (
        "CREATE INDEX change_number IF NOT EXISTS FOR (n:Change) ON (n.number)",
        """MATCH (c:Change) WHERE c.number IS NULL
           WITH c ORDER BY c.at, c.id
           WITH collect(c) AS unnumbered
           UNWIND range(1, size(unnumbered)) AS number
           WITH unnumbered[number - 1] AS c, number
           SET c.number = number""",
        """MATCH (c:Change)
           WITH max(c.number) AS last, count(c) AS n WHERE n > 0
           MERGE (m:Meta {name: 'changes'}) SET m.value = last""",
        """MATCH (c:Change) WHERE c.changed IS NULL
           MATCH (c)<-[:OF]-(part:Part)
           WITH c, sum(size(part.photos)) AS photos, sum(size(part.folders)) AS folders,
             sum(size(coalesce(part.faces, []))) AS faces
           SET c.changed = CASE WHEN photos > 0 THEN photos WHEN faces > 0 THEN faces ELSE folders END""",
    ),
    # Of these formats, it was not known how the picture is turned.
    17: ("MATCH (p:Photo) WHERE p.format IN ['HEIC', 'AVIF'] SET p.turn = null",),
    18: (),  # of the embedded engine alone
    19: (
        "CREATE CONSTRAINT picture_vector_id IF NOT EXISTS FOR (n:PictureVector) REQUIRE n.id IS UNIQUE",
        "CREATE INDEX photo_pictured_due IF NOT EXISTS FOR (n:Photo) ON (n.picturedDue)",
    ),
    20: ("CREATE CONSTRAINT trip_id IF NOT EXISTS FOR (n:Trip) REQUIRE n.id IS UNIQUE",),
    21: (
        "CREATE INDEX cluster_rank IF NOT EXISTS FOR (n:Cluster) ON (n.rank)",
        "CREATE CONSTRAINT cluster_size_size IF NOT EXISTS FOR (n:ClusterSize) REQUIRE n.size IS UNIQUE",
        "MATCH (c:Cluster) SET c.rank = right('0000000' + toString(9999999 - c.size), 7) + c.id",
        """MATCH (c:Cluster) WHERE c.size > 0
           WITH c.size AS size, count(*) AS clusters
           MERGE (s:ClusterSize {size: size}) SET s.clusters = clusters""",
    ),
    22: ("CREATE INDEX change_written IF NOT EXISTS FOR (n:Change) ON (n.written)",),
    23: (
        "CREATE CONSTRAINT album_id IF NOT EXISTS FOR (n:Album) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT album_key IF NOT EXISTS FOR (n:Album) REQUIRE n.key IS UNIQUE",
    ),
    24: (
        "CREATE INDEX album_cover IF NOT EXISTS FOR (n:Album) ON (n.cover)",
        "CREATE INDEX job_rank IF NOT EXISTS FOR (n:Job) ON (n.rank)",
        "CREATE INDEX job_place IF NOT EXISTS FOR (n:Job) ON (n.place)",
        "CREATE INDEX job_ended IF NOT EXISTS FOR (n:Job) ON (n.ended)",
        "CREATE INDEX failure_seen_by IF NOT EXISTS FOR (n:Failure) ON (n.seenBy)",
        "CREATE INDEX replacement_open IF NOT EXISTS FOR (n:Replacement) ON (n.open)",
        """MATCH (j:Job)
           WITH j ORDER BY j.createdAt, j.id
           WITH collect(j) AS unnumbered
           UNWIND range(1, size(unnumbered)) AS number
           WITH unnumbered[number - 1] AS j, number
           SET j.number = number""",
        """MATCH (j:Job)
           WITH max(j.number) AS last, count(j) AS n WHERE n > 0
           MERGE (m:Meta {name: 'jobs'}) SET m.value = last""",
        "MATCH (j:Job) SET j.rank = right('000000000' + toString(j.number), 9) + j.id",
        "MATCH (j:Job) SET j.place = j.state + '/' + j.rank",
        """MATCH (j:Job) WHERE j.finishedAt IS NOT NULL
           SET j.ended = right('0000000000000' + toString(j.finishedAt), 13)""",
        "MATCH (x:Failure)-[:SEEN_BY]->(j:Job) SET x.seenBy = j.id + '/' + x.id",
        "MATCH (r:Replacement {state: 'OPEN'}) SET r.open = r.id",
    ),
    25: ("CREATE CONSTRAINT outcome_id IF NOT EXISTS FOR (n:Outcome) REQUIRE n.id IS UNIQUE",),
    26: (
        "CREATE CONSTRAINT access_token_id IF NOT EXISTS FOR (n:AccessToken) REQUIRE n.id IS UNIQUE",
        "CREATE CONSTRAINT session_id IF NOT EXISTS FOR (n:Session) REQUIRE n.id IS UNIQUE",
    ),
}

# An index that ArcadeDB creates for a label without nodes takes its keys for texts, unless a type is declared. It then
# finds numbers, but reads every entry for a range. Neo4j needs no types, and its community edition cannot declare them.
NUMBER_TYPES: tuple[LiteralString, ...] = (
    "CREATE CONSTRAINT photo_number_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.number IS :: INTEGER",
    "CREATE CONSTRAINT photo_faces_due_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.facesDue IS :: INTEGER",
    "CREATE CONSTRAINT photo_features_due_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.featuresDue IS :: INTEGER",
    "CREATE CONSTRAINT photo_read_due_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.readDue IS :: INTEGER",
    "CREATE CONSTRAINT photo_predictions_due_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.predictionsDue IS :: INTEGER",
    "CREATE CONSTRAINT touched_seq_type IF NOT EXISTS FOR (n:Touched) REQUIRE n.seq IS :: INTEGER",
    "CREATE CONSTRAINT cluster_size_type IF NOT EXISTS FOR (n:Cluster) REQUIRE n.size IS :: INTEGER",
)
PICTURED_TYPE: LiteralString = (
    "CREATE CONSTRAINT photo_pictured_due_type IF NOT EXISTS FOR (n:Photo) REQUIRE n.picturedDue IS :: INTEGER"
)
INDEX_NUMBERS_AGAIN: tuple[LiteralString, ...] = (
    "DROP CONSTRAINT photo_number IF EXISTS",
    "DROP INDEX photo_faces_due IF EXISTS",
    "DROP INDEX photo_features_due IF EXISTS",
    "DROP INDEX photo_read_due IF EXISTS",
    "DROP INDEX photo_predictions_due IF EXISTS",
    "DROP CONSTRAINT touched_seq IF EXISTS",
    "DROP INDEX cluster_size IF EXISTS",
    *NUMBER_TYPES,
    "CREATE CONSTRAINT photo_number IF NOT EXISTS FOR (n:Photo) REQUIRE n.number IS UNIQUE",
    "CREATE INDEX photo_faces_due IF NOT EXISTS FOR (n:Photo) ON (n.facesDue)",
    "CREATE INDEX photo_features_due IF NOT EXISTS FOR (n:Photo) ON (n.featuresDue)",
    "CREATE INDEX photo_read_due IF NOT EXISTS FOR (n:Photo) ON (n.readDue)",
    "CREATE INDEX photo_predictions_due IF NOT EXISTS FOR (n:Photo) ON (n.predictionsDue)",
    "CREATE CONSTRAINT touched_seq IF NOT EXISTS FOR (n:Touched) REQUIRE n.seq IS UNIQUE",
    "CREATE INDEX cluster_size IF NOT EXISTS FOR (n:Cluster) ON (n.size)",
)
TYPED_BY, PICTURED_BY = 18, 19

APPLIED: LiteralString = "MATCH (m:Migration) RETURN m.number AS number ORDER BY number"
RECORD: LiteralString = "MERGE (m:Migration {number: $number}) ON CREATE SET m.at = $at"


async def applied_to(graph: Graph) -> frozenset[int]:
    """Returns the numbers of the migrations that the graph has had."""
    return frozenset(row["number"] for row in await graph.read(APPLIED))


async def is_older(graph: Graph) -> bool:
    """Returns whether the graph was made by an earlier version of the program, whose schema is older."""
    applied = await applied_to(graph)
    return bool(applied) and max(applied) < max(MIGRATIONS)


async def migrate(graph: Graph, upto: int | None = None) -> None:
    """Migrates the graph to the newest schema, or to an older one. Raises BadSettings if its schema is newer than this
    program."""
    applied = await applied_to(graph)
    newest = max(MIGRATIONS)
    if applied and max(applied) > newest:
        raise BadSettings(
            f"This graph was last used by a newer version of photos-graph (its schema is {max(applied)}, "
            f"this program knows {newest}). Install that version again, or use another graph."
        )
    embedded = graph.dialect is EMBEDDED
    if embedded and not applied:
        await _run(graph, NUMBER_TYPES)
    for number, statements in sorted(MIGRATIONS.items()):
        if number in applied or (upto is not None and number > upto):
            continue
        if embedded and number == PICTURED_BY:
            await _run(graph, (PICTURED_TYPE,))
        await _run(graph, statements)
        if embedded and applied and number == TYPED_BY:
            await _run(graph, INDEX_NUMBERS_AGAIN)
        await graph.write(RECORD, number=number, at=datetime.now(UTC).replace(tzinfo=None))


FORGET: LiteralString = "MATCH (m:Migration) WHERE m.number > $number DELETE m"


async def run_again_after(graph: Graph, number: int) -> None:
    """Lets ``migrate`` run the migrations after this one again, on an empty graph that is about to get the contents of
    a graph that has not had them."""
    await graph.write(FORGET, number=number)


async def _run(graph: Graph, statements: Sequence[LiteralString]) -> None:
    for statement in statements:
        await graph.write(statement)
