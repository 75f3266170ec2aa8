"""Who may not change tags, and what makes no sense of tags and in filters."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kit.graphql import Ask, code, codes, data

pytestmark = pytest.mark.anyio

CHANGES = (
    'createTag(name: "x") { id }',
    'renameTag(id: "VGFnOjE=", name: "x") { id }',
    'moveTag(id: "VGFnOjE=") { id }',
    'mergeTags(from: ["VGFnOjE="], into: "VGFnOjI=") { id }',
    'deleteTag(id: "VGFnOjE=")',
    'tagPhotos(photos: [], tags: ["x"]) { matched }',
    'untagPhotos(photos: [], tags: ["x"]) { matched }',
    'tagFolder(folder: "Rm9sZGVyOjE=", tags: ["x"]) { matched }',
    'untagFolder(folder: "Rm9sZGVyOjE=", tags: ["x"]) { matched }',
    "tagFoldersByName { tag }",
    'undo(change: "Q2hhbmdlOjE=") { matched }',
)


async def test_who_may_only_look_changes_no_tag(ask: Ask) -> None:
    mutations = [f"mutation {{ {mutation} }}" for mutation in CHANGES]
    assert await codes(ask, mutations, "viewer") == dict.fromkeys(mutations, "FORBIDDEN")


NO_SENSE = {
    "{ tag { name } }": "BAD_INPUT",
    '{ tag(name: "a", id: "VGFnOjE=") { name } }': "BAD_INPUT",
    '{ tag(id: "rubbish") { name } }': "BAD_INPUT",
    '{ tags(after: "rubbish") { totalCount } }': "BAD_INPUT",
    "{ tags(first: -1) { totalCount } }": "BAD_INPUT",
    '{ tags(parent: "VGFnOjE=") { totalCount } }': "NOT_FOUND",
    "{ person { name } }": "BAD_INPUT",
    '{ persons(after: "rubbish") { totalCount } }': "BAD_INPUT",
    "{ photos(filter: { tags: { only: true } }) { totalCount } }": "BAD_INPUT",
    '{ photos(filter: { tags: { any: ["UGVyc29uOjE="] } }) { totalCount } }': "BAD_INPUT",
    'mutation { renameTag(id: "VGFnOjE=", name: "x") { id } }': "NOT_FOUND",
    'mutation { moveTag(id: "VGFnOjE=") { id } }': "NOT_FOUND",
    'mutation { mergeTags(from: ["VGFnOjE="], into: "VGFnOjI=") { id } }': "NOT_FOUND",
    'mutation { createTag(name: "x", parent: "VGFnOjE=") { id } }': "NOT_FOUND",
    'mutation { createTag(name: " ") { id } }': "BAD_INPUT",
    'mutation { tagFolder(folder: "Rm9sZGVyOjE=", tags: ["x"]) { matched } }': "NOT_FOUND",
    'mutation { untagFolder(folder: "Rm9sZGVyOjE=", tags: ["x"]) { matched } }': "NOT_FOUND",
    'mutation { tagFoldersByName(root: "Um9vdDox") { tag } }': "NOT_FOUND",
    '{ search(text: "x", first: 500) { photos { nodes { tags { tag { photos { nodes { id } } } } } } } }': (
        "TOO_COMPLEX"
    ),
}


async def test_what_makes_no_sense_is_told_apart(ask: Ask) -> None:
    assert await codes(ask, NO_SENSE) == NO_SENSE


async def test_a_filter_names_a_bounded_number_of_tags(ask: Ask) -> None:
    query = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
    assert code(await ask(query, f={"tags": {"any": ["x"] * 1_001}})) == "TOO_COMPLEX"
    assert code(await ask(query, f={"or": [{"tags": {"any": ["x"] * 501}}] * 2})) == "TOO_COMPLEX"
    assert data(await ask(query, f={"tags": {"any": ["x"] * 1_000}}))["photos"]["totalCount"] == 0


PARTS: tuple[dict[str, Any], ...] = (
    {"near": {"latitude": 45, "longitude": 5, "radiusKm": 500}},
    {"text": "a"},
    {"and": []},
    {"not": {"rating": {"min": 3}, "favourite": True}},
)


async def test_a_filter_has_a_bounded_number_of_parts(ask: Ask) -> None:
    query = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
    for part in PARTS:
        answer = await ask(query, f={"or": [part] * 200})
        assert code(answer) == "TOO_COMPLEX", part
        message = answer["errors"][0]["message"]
        assert "up to 200 conditions" in message or "the limit is 20,000" in message
        data(await ask(query, f={"or": [part] * 60}))


async def test_the_words_of_all_texts_count(ask: Ask) -> None:
    query = "query($f: PhotoFilter) { photos(filter: $f) { totalCount } }"
    words = " ".join(f"w{number}" for number in range(20))  # letters and digits are words apart
    assert code(await ask(query, f={"or": [{"text": words}] * 6})) == "TOO_COMPLEX"
    data(await ask(query, f={"or": [{"text": words}] * 4}))
