"""Back-ups by other versions: one of an earlier schema, which was written by hand, and some of a future."""

from __future__ import annotations

import json
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from photos_graph.errors import BadInput
from photos_graph.graph.engine.connection import Graph
from photos_graph.graph.engine.migrations import MIGRATIONS
from photos_graph.services.backups import archive
from photos_graph.services.backups.restoring import restore
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine

pytestmark = pytest.mark.anyio

# Of schema 13: changes have no numbers, clusters no rank, and a person's name is unique.
EARLIER = {
    "Tag": '{"key": "t", "values": {"id": "t", "key": "sea", "name": "Sea"}}',
    "Person": '{"key": "x", "values": {"id": "x", "key": "ann", "name": "Ann", "isMe": true}}',
    "Folder": '{"key": "r", "labels": ["Root"], "values": {"id": "r", "key": "r", "rootId": "r", "name": "Pictures", '
    '"rawPath": "/photos", "marker": "m", "state": "ONLINE", "raw": "", "inode": 0, "mtimeNs": 0, "missing": false}, '
    '"out": [["TAGGED", "Tag", "t", {"at": 1, "by": "ann", "via": "MANUAL", "recursive": true}]]}',
    "File": '{"key": "f", "values": {"id": "f", "key": "r/a.heic", "name": "a.heic", "state": "PRESENT"}, '
    '"out": [["IN", "Folder", "r", {}], ["OF", "Photo", "p", {}]]}',
    "Photo": '{"key": "p", "values": {"id": "p", "number": 0, "contentHash": "aa", "format": "HEIC", "turn": 3, '
    '"rating": 5, "deniedClasses": ["dog"], "takenAt": {"$datetime": "2019-08-15T12:30:00"}}, '
    '"out": [["TAGGED", "Tag", "t", {"at": 1, "by": "ann", "via": "MANUAL"}], ["HAS_FACE", "Face", "e", {}]]}',
    "Face": '{"key": "e", "values": {"id": "e", "x": 0.1, "y": 0.1, "width": 0.2, "height": 0.2, "rank": "1"}, '
    '"out": [["IS", "Person", "x", {"at": 1, "by": "ann", "via": "MANUAL"}], ["IN_CLUSTER", "Cluster", "c", {}]]}',
    "Cluster": '{"key": "c", "values": {"id": "c", "size": 3}}',
    "Change": '{"key": "h", "values": {"id": "h", "kind": "TAG_PHOTOS", "what": "TAGS", "by": "ann", "at": 3, '
    '"undone": false}, "parts": [{"tag": "t", "photos": [0], "folders": ["r"], "before": "", "after": ""}]}',
    "Meta": '{"key": "photoNumber", "values": {"name": "photoNumber", "value": 1}}',
}


def made(path: Path, nodes: dict[str, str], **head: Any) -> Path:
    """Writes a back-up with these nodes, one of each label, without our code."""
    members = {f"graph/{label}.jsonl": f"{line}\n".encode() for label, line in nodes.items()}
    listed = {
        name: {"bytes": len(content), "sha256": sha256(content).hexdigest(), "records": 1}
        for name, content in members.items()
    }
    manifest = {
        "format": "photos-graph backup",
        "version": 1,
        "program": "0.1.0",
        "schema": 13,
        "created_at": "2026-06-01T03:30:00+00:00",
        "changes": 0,
        "whole": True,
        "members": listed,
        **head,
    }
    content = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, each in (*members.items(), (archive.MANIFEST, content)):
            file.writestr(name, each)
        file.comment = sha256(content).hexdigest().encode()
    return path


@pytest.mark.both_engines
async def test_a_back_up_of_an_earlier_schema_is_migrated_when_it_is_restored(
    settings: Settings, engine: RunningEngine, graph: Graph, tmp_path: Path
) -> None:
    fresh = settings.model_copy(update={"data_dir": tmp_path / "fresh"})
    restored = await restore(fresh, made(tmp_path / "earlier.zip", EARLIER), {}, lambda *_: None)
    assert restored.lost == 0
    assert await graph.read("MATCH (m:Migration) RETURN count(m) AS n") == [{"n": len(MIGRATIONS)}]
    [row] = await graph.read(
        """MATCH (r:Root)-[d:TAGGED]->(t:Tag)<-[p:TAGGED]-(photo:Photo)-[:HAS_FACE]->(f:Face)-[i:IS]->(x:Person)
           MATCH (photo)<-[:OF]-(:File)-[:IN]->(r)
           RETURN d.recursive AS recursive, photo.rating AS rating, photo.turn AS turn,
             toString(photo.takenAt) AS taken, x.isMe AS me, i.by AS by"""
    )
    expected = {"recursive": True, "rating": 5, "turn": None, "me": True, "by": "ann"}
    assert row.pop("taken").startswith("2019-08-15T12:30") and row == expected
    assert await graph.read("MATCH (c:Change)<-[:OF]-(:Part) RETURN c.number AS number, c.changed AS changed") == [
        {"number": 1, "changed": 1}
    ]
    assert await graph.read("MATCH (c:Cluster) RETURN c.rank AS rank") == [{"rank": "9999996c"}]
    assert await graph.read("MATCH (s:ClusterSize) RETURN s.size AS size, s.clusters AS n") == [{"size": 3, "n": 1}]
    assert await graph.read("MATCH (s:Skipped) RETURN s.id AS id") == [{"id": "p//dog"}]


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"version": 2, "program": "9.0.0"}, r"was written by a newer version of photos-graph \(9.0.0\). Install that"),
        ({"schema": max(MIGRATIONS) + 1, "program": "9.0.0"}, r"is of a newer version of photos-graph \(9.0.0\)"),
    ],
)
async def test_a_back_up_by_a_newer_version_is_refused_with_a_sentence(
    tmp_path: Path, head: dict[str, Any], reason: str
) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with pytest.raises(BadInput, match=reason):
        await restore(settings, made(tmp_path / "newer.zip", EARLIER, **head), {}, lambda *_: None)
    assert not settings.data_dir.exists()
