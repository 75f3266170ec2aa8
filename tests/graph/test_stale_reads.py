"""No query decides by a property that it changes, unless it holds the lock that keeps others from changing it.

Neo4j locks a node with the first write to it. What a query has read of the node before may be old by then: two services
claimed one job with ``MATCH (j) WHERE j.state = 'QUEUED' SET j.state = 'RUNNING'``. A query that writes to the node
first, whatever it writes, reads what counts (``graph/jobs.py``).
"""

from __future__ import annotations

import re

import pytest

from tests.kit.cypher import constants

CLAUSE = re.compile(
    r"\b((?:OPTIONAL )?MATCH|WHERE|WITH|(?:ON (?:CREATE|MATCH) )?SET|REMOVE|MERGE|CREATE|RETURN|UNWIND|DELETE|CALL)\b"
)
PROPERTY = re.compile(r"\b([a-z]\w*)\.(\w+|\{\w+\})")
SET_TO = re.compile(r"(?:^|,)\s*" + PROPERTY.pattern + r"\s*=")
NODE = re.compile(r"[(\[]([a-z]\w*)[^()\[\]{}]*\{([^}]*)\}")  # or a relationship, with what it must have
MAP = re.compile(r"(?:^|,)\s*([a-z]\w*)\s*\+?=")

LABELS = "it is sent in a LabelTransaction alone, and so under the lock of labels"
REASONS = {
    "faces.assignments.UNAPPLY_OTHER_MATCHES": LABELS,
    "faces.cluster_pages.RECOUNT": LABELS,
    "faces.cluster_pages.RECOUNT_OF_FACES": LABELS,
    "faces.passing_over.IGNORE_ALIKE": LABELS,
    "faces.passing_over.NO_LONGER_IGNORE": LABELS,
    "faces.visibility.MARK": LABELS,
    "labels.properties.RESTORE": LABELS,
    "learning.models.RETIRE": LABELS,
    "learning.thresholds.TAKE_FROM_OTHERS": LABELS,
    "library.files.REREAD": "it reads which job has set it, and a job is run by one process",
    "library.rereading.HASH_FILES": LABELS,
}


def stale_reads(query: str) -> set[tuple[str, str]]:
    """Returns the variables and properties that the query changes after it has read them, without a write to the node
    between."""
    read: set[tuple[str, str]] = set()
    locked: set[str] = set()
    stale: set[tuple[str, str]] = set()
    parts = CLAUSE.split(query)
    for clause, body in zip(parts[1::2], parts[2::2], strict=True):
        if clause in ("WHERE", "WITH"):
            read |= {(node, name) for node, name in PROPERTY.findall(body) if node not in locked}
        elif clause.endswith("MATCH"):
            wanted = [(node, name) for node, names in NODE.findall(body) for name in re.findall(r"(\w+)\s*:", names)]
            read |= {(node, name) for node, name in wanted if node not in locked}
        elif clause.endswith("SET") or clause == "REMOVE":
            changed = (PROPERTY if clause == "REMOVE" else SET_TO).findall(body)
            whole = MAP.findall(body)
            stale |= {(node, name) for node, name in read if (node, name) in changed or node in whole}
            locked |= {node for node, _ in changed} | set(whole)
        elif clause == "MERGE":
            locked |= set(re.findall(r"[(\[]([a-z]\w*)", body))
    return stale


def test_a_query_that_decides_by_what_it_changes_has_a_reason() -> None:
    named = {name.removeprefix("photos_graph.graph."): query for name, query in constants() if "._" not in name}
    found = {name for name, query in named.items() if stale_reads(query)}
    assert found == set(REASONS), "Let the query write to the node first, or give the reason why nobody else changes it"


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (j:Job {id: $id}) WHERE j.state = 'QUEUED' SET j.state = 'RUNNING'",
        "MATCH (j:Job {state: 'QUEUED'}) SET j.owner = $owner, j.state = 'RUNNING'",
        "MATCH (:A)-[r:LOOKS_LIKE {applied: true}]->(:B) SET r.applied = false",
        "MATCH (j:Job) WHERE j.state IN $states WITH j LIMIT 1 SET j += $values",
        "MATCH (j:Job) WHERE j.at IS NOT NULL REMOVE j.at",
        "MATCH (j:Job)-->(k:Kind) SET k.n = 1 WITH j WHERE j.n = 1 SET j.n = 2",
        "MATCH (p:Photo) WHERE p.{due} IS NULL SET p.{due} = p.number",
    ],
)
def test_an_old_state_is_noticed(query: str) -> None:
    assert stale_reads(query)


@pytest.mark.parametrize(
    "query",
    [
        "MATCH (j:Job {id: $id}) SET j.asked = 1 WITH j WHERE j.state = 'QUEUED' SET j.state = 'RUNNING'",
        "MERGE (j:Job {id: $id}) WITH j WHERE j.state = 'QUEUED' SET j.state = 'RUNNING'",
        "MATCH (j:Job {id: $id}) WHERE j.kind = $kind SET j.state = 'RUNNING', j.same = j.kind = $kind",
        "MATCH (j:Job {id: $id}) SET j.state = 'RUNNING'",
        "MATCH (j:Job) WHERE j.state = 'QUEUED' RETURN j.state AS state",
    ],
)
def test_other_queries_are_not(query: str) -> None:
    assert not stale_reads(query)
