"""Documents that clients name: persisted ones, up to a bound, and trusted ones."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from photos_graph.errors import BadInput, BadSettings, Forbidden, NotFound, NotPersisted, PersistingIsOff
from photos_graph.settings import WebSettings
from resolvers.documents import Documents, PersistedDocuments, open_documents

TEXT = "{ viewer { name } }"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def documents(most: int = 10, trusted: dict[str, str] | None = None, *, only_trusted: bool = False) -> Documents:
    return Documents(PersistedDocuments(most), trusted or {}, only_trusted=only_trusted)


def test_a_text_is_known_by_its_hash_once_it_came() -> None:
    known = documents()
    with pytest.raises(NotPersisted):
        known.text(None, None, digest(TEXT))
    assert known.text(TEXT, None, digest(TEXT)) == known.text(None, None, digest(TEXT)) == TEXT
    with pytest.raises(BadInput):
        known.text("{ other }", None, digest(TEXT))
    with pytest.raises(PersistingIsOff):
        documents(most=0).text(None, None, digest(TEXT))


def test_those_asked_for_least_recently_are_forgotten() -> None:
    persisted = PersistedDocuments(most=10, most_bytes=30)
    for text in ("a" * 10, "b" * 10, "c" * 10):
        persisted.keep(digest(text), text)
    persisted.find(digest("a" * 10))
    persisted.keep(digest("d" * 10), "d" * 10)
    persisted.keep(digest("d" * 10), "d" * 10)
    with pytest.raises(NotPersisted):
        persisted.find(digest("b" * 10))
    assert persisted.find(digest("a" * 10)) == "a" * 10
    persisted.keep(digest("e" * 31), "e" * 31)  # more than all may have
    with pytest.raises(NotPersisted):
        persisted.find(digest("e" * 31))


def test_only_trusted_documents_run_if_the_owner_wants_that() -> None:
    known = documents(trusted={"viewer": TEXT}, only_trusted=True)
    assert known.text(None, "viewer", None) == known.text(TEXT, None, None) == known.text(None, None, "viewer") == TEXT
    for refused in (("{ library { photoCount } }", None, None), (None, "other", None), (None, None, digest("x"))):
        with pytest.raises(Forbidden):
            known.text(*refused)
    with pytest.raises(NotFound):
        documents(trusted={"viewer": TEXT}).text(None, "other", None)


@pytest.mark.parametrize(
    "written",
    [
        {"viewer": TEXT},
        {"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "viewer", "body": TEXT}]},
    ],
    ids=["Relay and graphql-codegen", "Apollo"],
)
def test_the_lists_of_the_usual_tools_are_read(tmp_path: Path, written: object) -> None:
    path = tmp_path / "documents.json"
    path.write_text(json.dumps(written))
    assert open_documents(WebSettings(documents=path)).text(None, "viewer", None) == TEXT


@pytest.mark.parametrize("written", ["[]", "{", '{"viewer": 1}'])
def test_a_list_that_cannot_be_read_is_a_wrong_setting(tmp_path: Path, written: str) -> None:
    path = tmp_path / "documents.json"
    with pytest.raises(BadSettings):
        open_documents(WebSettings(documents=path))
    path.write_text(written)
    with pytest.raises(BadSettings):
        open_documents(WebSettings(documents=path))
