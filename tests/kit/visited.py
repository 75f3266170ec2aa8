"""A made graph in which each query finds something, and how many records a query visits in it.

The graph holds ``SIZE`` of everything that grows with a library, and each of its nodes has few neighbours. So a query
that starts at an index visits little, and one that walks a label visits at least ``SIZE`` nodes.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import neo4j

from tests.kit.engines import RunningEngine

SIZE = 1000
SMALL = 50  # for tests that do not count
PHOTOS_EACH = 5  # of a tag, a person or a place

_GROWING = (
    "Photo File Folder Face DeletedFace Cluster Failure Features Change Part Replacement Skipped Touched Job Trip "
    "Outcome"
)
_KINDS = "Tag Person Place Sheet Question Album"
_META = "feed graph labels changes photoNumber faceNews predictJob audit countedTrust changesPruned jobs outcomesPruned"

_NODES = """
UNWIND range(1, $size) AS n
CREATE (:LABEL {id: 'x' + n, number: n, seq: n, key: 'x1/' + n, name: 'x' + n, rank: right('000000' + n, 6), size: n,
  contentHash: 'x' + n, pictureHash: 'x' + n, inode: n, rootId: 'x1', tag: 'x' + n, stack: 'x' + n, at: n,
  createdAt: n, finishedAt: n, until: n, missing: false, kind: 'TAGS', model: 'x7', x: 0.1, y: 0.1, width: 0.1,
  height: 0.1, quality: 0.5, mtimeNs: 1, threshold: 0.5, stage: 'x' + n, cover: 'x' + n, new: 'x' + n,
  merged: ['x' + n], place: 'x' + n, seenBy: 'x' + n, open: 'x' + n, ended: 'x' + n,
  state: CASE WHEN n < 5 THEN $rare ELSE 'PRESENT' END, ignored: n < 5})
"""
# These few are due, or are not seen, so that the queries for them find something.
_DUE = """
MATCH (n:LABEL) WHERE n.id IN ['x1', 'x2', 'x3', 'x4']
SET n.facesDue = n.number, n.featuresDue = n.number, n.predictionsDue = n.number, n.readDue = n.number,
  n.stacksDue = true, n.unseen = true
"""
_RARE = {"File": "PENDING", "Job": "QUEUED"}

_EDGES = """
UNWIND range(1, $size) AS n
MATCH (a:FROM {id: 'x' + n}), (b:TO {id: 'y' + (OTHER)})
CREATE (a)-[:KIND {score: 0.9, applied: true, at: 1, position: n}]->(b)
"""
_NEIGHBOURS = (
    ("File", "OF", "Photo", "n"),
    ("File", "IN", "Folder", "n"),
    ("Folder", "IN", "Folder", "n / 10 + 1"),
    ("Photo", "AT", "Place", "n % $kinds + 1"),
    ("Photo", "HAS_FACE", "Face", "n"),
    ("Photo", "HAD_FACE", "DeletedFace", "n"),
    ("Photo", "TAGGED", "Tag", "n % $kinds + 1"),
    ("Photo", "EXCLUDES", "Tag", "(n + 1) % $kinds + 1"),
    ("Photo", "PREDICTED", "Tag", "(n + 2) % $kinds + 1"),
    ("Photo", "IN_ALBUM", "Album", "n % $kinds + 1"),
    ("Photo", "DESCRIBED_BY", "Features", "n"),
    ("Photo", "SUCCEEDED_BY", "Photo", "$size + 1 - n"),
    ("Folder", "TAGGED", "Tag", "n % $kinds + 1"),
    ("Face", "IS", "Person", "n % $kinds + 1"),
    ("Face", "IS_NOT", "Person", "(n + 1) % $kinds + 1"),
    ("Face", "LOOKS_LIKE", "Person", "(n + 2) % $kinds + 1"),
    ("Face", "IN_CLUSTER", "Cluster", "n"),
    ("Failure", "ABOUT", "File", "n"),
    ("Failure", "SEEN_BY", "Job", "n"),
    ("Part", "OF", "Change", "n"),
)


def fill(engine: RunningEngine, size: int = SIZE) -> None:
    """Creates the graph in an engine that has the newest schema and nothing else."""
    kinds = size // PHOTOS_EACH
    with engine.driver.session(database=engine.endpoint.database) as session:
        for labels, count in ((_GROWING, size), (_KINDS, kinds)):
            for label in labels.split():
                rare = _RARE.get(label, "OPEN")
                nodes = _NODES.replace("LABEL", label).replace("{id: 'x'", f"{{id: '{_letter(label)}'")
                session.run(nodes, size=count, rare=rare).consume()  # type: ignore[arg-type]
        for label in ("Photo", "Face", "Folder"):
            session.run(_DUE.replace("LABEL", label)).consume()  # type: ignore[arg-type]
        session.run(
            "UNWIND $names AS name CREATE (:Meta {name: name, value: $size})", names=_META.split(), size=size
        ).consume()
        session.run("MATCH (d:Folder {id: 'x1'}) SET d:Root").consume()
        session.run("MATCH (a:Album) SET a.cover = a.number").consume()
        for start, kind, end, other in _NEIGHBOURS:
            edges = _EDGES.replace("FROM", start).replace("KIND", kind).replace("TO", end).replace("OTHER", other)
            edges = edges.replace("'y'", f"'{_letter(end)}'")
            session.run(edges, size=size, kinds=kinds).consume()  # type: ignore[arg-type]
    engine.forget_plans()


def add_copies(engine: RunningEngine, count: int) -> None:
    """Adds files with the picture of the photo 7, each changed at another time, the last one in its folder."""
    with engine.driver.session(database=engine.endpoint.database) as session:
        session.run(_COPIES, count=count).consume()


_COPIES = """
MATCH (p:Photo {id: 'x7'}), (d:Folder {id: 'x7'})
UNWIND range(1, $count) AS n
CREATE (f:File {id: 'copy' + n, key: 'x1/copy' + n, name: 'copy' + n, state: 'PRESENT', mtimeNs: -n})
CREATE (p)<-[:OF]-(f)-[:IN]->(d)
"""


def _letter(label: str) -> str:
    """Returns how ids start. Faces that are deleted, and restored, have other ids than those that are there."""
    return "d" if label == "DeletedFace" else "x"


_NUMBERS = {
    "numbers": [7, 8], "inodes": [7, 8], "labelled": [7], "limit": 50, "start": 0, "end": 5, "first": 3, "last": 7,
    "seq": SIZE - 105, "age": 5, "beats": 0, "least": SIZE - 5, "most": 5, "size": 500, "now": 3, "next": 5,
    "enough": 5, "count": 1, "digits": 3, "characters": 3, "changed": 1, "more": 1, "done": 1,
    "total": 1, "version": 1, "share": 5, "value": 1, "threshold": 0.5, "width": 1, "height": 1, "x": 1, "y": 1,
    "portion": 50,
}  # fmt: skip
_OTHERS = {
    "again": False, "learn": True, "undone": True, "ignored": None, "assigned": None, "state": None, "kind": "TAGS",
    "key": "x1/7", "keys": ["x1/7", "x1/8"], "root": "x1", "stage": "x7", "counts": "x",
    "removing": False,
}  # fmt: skip
_NUMBERS_OF_ROWS = {
    "score",
    "threshold",
    "size",
    "inode",
    "mtimeNs",
    "x",
    "y",
    "width",
    "height",
    "quality",
    "until",
    "own",
    "trust",
    "attempts",
}


def parameters(query: str) -> dict[str, Any]:
    """Returns values for all parameters of a query: of the nodes 7 and 8, or of few, where it asks for a range."""
    found: dict[str, Any] = {}
    for name in set(re.findall(r"\$(\w+)", query)):
        if name == "id" and "CREATE" in query:
            found[name] = "new"
        elif name == "ids" and "DeletedFace {id: id}" in query:
            found[name] = ["d7", "d8"]
        elif name == "rows":
            found[name] = [_row(query, 7), _row(query, 8)]
        elif name == "parts":
            found[name] = [_part()] if "part.label" in query else ["x"]
        elif name == "after":
            first = "x7" if "$before" in query else "x"
            found[name] = 0 if "Due" in query else "000000" if "rank" in query else first
        elif name == "before":
            found[name] = "000005" if "rank" in query else "x8"
        elif name in _NUMBERS or name in _OTHERS:
            found[name] = {**_NUMBERS, **_OTHERS}[name]
        else:
            several = re.search(rf"UNWIND \${name} AS|IN \${name}\b|\${name}[,}}].*Touched", query)
            found[name] = ["x7", "x8"] if several else "x7"
    return found


def _row(query: str, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name in set(re.findall(r"\brow\.(\w+)", query)):
        if name in ("of", "photos", "faces", "gone"):
            plain = number if re.search(rf"UNWIND row\.{name} AS number", query) else f"x{number}"
            row[name] = [[number, 0.5]] if "photo[0]" in query else [plain]
        elif name in ("metadata", "others", "stated", "values"):
            row[name] = {}
        elif re.search(rf"number: row\.{name}\b", query):
            row[name] = number
        elif name in _NUMBERS_OF_ROWS:
            row[name] = 1
        elif name in ("applied", "missing", "hidden", "isMe", "favourite", "shared", "motion"):
            row[name] = False
        else:
            is_new = name == "key" or re.search(rf"CREATE .*{{id: row\.{name}\b", query)
            row[name] = f"new{number}" if is_new else f"x{number}"
    return row


def _part() -> dict[str, Any]:
    texts: dict[str, Any] = dict.fromkeys(("label", "before", "after", "kind"), "x7")
    return {**texts, "photos": [7], "folders": ["x7"], "faces": ["x7"], "scores": [1]}


def counter(engine: RunningEngine) -> Callable[[str], int]:
    """Returns a function that runs a query, takes back what it wrote, and returns how many records it visited.

    On Neo4j, this is the largest number of rows of an operator.
    """
    return _counted_by_embedded(engine) if engine.is_embedded else _counted_by_neo4j(engine)


def _run(engine: RunningEngine, query: str) -> neo4j.ResultSummary:
    with engine.driver.session(database=engine.endpoint.database) as session, session.begin_transaction() as tx:
        result = tx.run(query, parameters(query))  # type: ignore[arg-type]
        list(result)
        summary = result.consume()
        tx.rollback()
        return summary


def _counted_by_neo4j(engine: RunningEngine) -> Callable[[str], int]:
    def rows(plan: dict[str, Any]) -> int:
        return max(int(plan.get("rows", 0)), *map(rows, plan.get("children", ())), 0)

    def count(query: str) -> int:
        profile = _run(engine, f"PROFILE {query}").profile
        assert profile is not None
        return rows(profile)

    return count


def _counted_by_embedded(engine: RunningEngine) -> Callable[[str], int]:
    """The profile of ArcadeDB lacks subqueries, so that the counters of its server are read, over HTTP."""
    assert engine.process is not None
    secret = base64.b64encode(f"{engine.endpoint.user}:{engine.endpoint.password}".encode()).decode()
    bolt = int(engine.endpoint.uri.rpartition(":")[2])
    [port] = _listening(engine.process.pid) - {bolt}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/server?mode=default", headers={"Authorization": f"Basic {secret}"}
    )

    def read() -> int:
        with urllib.request.urlopen(request) as answer:
            return int(json.load(answer)["metrics"]["profiler"]["readRecord"]["count"])

    last = read()

    def count(query: str) -> int:
        nonlocal last
        before = last
        _run(engine, query)
        last = read()
        return last - before

    return count


def _listening(pid: int) -> set[int]:
    """Returns the ports on which a process listens. Linux alone tells them."""
    sockets = {link.readlink().name for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()}
    ports = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports
