"""Questions about a small library: any that a filter can ask, and the cookbook's in Cypher about a thing of our own."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import strategies as st

ROOT = "root"
FOLDERS = [f"d{number}" for number in range(5)]
TAGS = [f"t{number}" for number in range(4)]
PERSONS = ["anna", "bob"]

COOKBOOK = (Path(__file__).parents[3] / "docs" / "cypher.md").read_text()


def cypher(title: str) -> str:
    """The question of that heading in docs/cypher.md."""
    found = re.search(rf"^## {re.escape(title)}\n.*?```cypher\n(.*?)```", COOKBOOK, re.M | re.S)
    assert found is not None
    return found[1]


def asking(query: str, named: str, wanted: str) -> str:
    """The question about another thing than the page's."""
    assert query.count(named) == 1
    return query.replace(named, wanted)


NAMED_TAG = "(:Tag {name: 'Italy'})-[:CHILD_OF]->(:Tag {name: 'Places'})"
TAG_IN_CYPHER = asking(cypher("A tag"), NAMED_TAG, "(:Tag {id: $id})")
PERSON_IN_CYPHER = asking(cypher("A person"), "(who:Person {name: 'Ben'})", "(who:Person {id: $id})")
UNTAGGED_IN_CYPHER = cypher("Untagged")

tags = st.sampled_from(TAGS)
some_tags = st.lists(tags, min_size=1, max_size=2, unique=True)
terms = st.fixed_dictionaries({}, optional={"all": some_tags, "any": some_tags, "none": some_tags})
leaves = st.one_of(
    st.builds(lambda part: {"tags": part}, terms),
    st.builds(lambda some, only: {"tags": {"any": some, "only": only}}, some_tags, st.booleans()),
    st.builds(lambda who, only: {"persons": {"any": [who], "only": only}}, st.sampled_from(PERSONS), st.booleans()),
    st.builds(
        lambda folder, recursive: {"folder": {"id": folder, "recursive": recursive}},
        st.sampled_from([ROOT, *FOLDERS[:2]]),
        st.booleans(),
    ),
    st.builds(lambda wanted: {"untagged": wanted}, st.booleans()),
    st.builds(lambda least: {"faceCount": {"min": least}}, st.integers(0, 2)),
)
questions = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(lambda some: {"and": some}, st.lists(parts, max_size=3)),
        st.builds(lambda some: {"or": some}, st.lists(parts, max_size=3)),
        st.builds(lambda part: {"not": part}, parts),
        st.builds(lambda part: {**part, "certainty": "CONFIRMED"}, parts),
    ),
    max_leaves=5,
)
