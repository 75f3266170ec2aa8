"""Documents that a client names instead of sending them: persisted ones, which clients register by sending them once,
and trusted ones: those of the cookbook, and those that the owner of the service lists in a file."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

from photos_graph.errors import BadInput, BadSettings, Forbidden, NotFound, NotPersisted, PersistingIsOff
from photos_graph.settings import WebSettings
from photos_graph.web.pages.cookbook_documents import document_ids

MOST_BYTES = 8 * 1024 * 1024  # of all persisted documents together


class PersistedDocuments:
    """Documents by the SHA-256 of their text, as Apollo's protocol of automatic persisted queries has them. Those that
    were asked for least recently are forgotten if there are too many."""

    def __init__(self, most: int, most_bytes: int = MOST_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._texts: OrderedDict[str, str] = OrderedDict()

    def find(self, digest: str) -> str:
        """Raises NotPersisted, after which clients send the text, or PersistingIsOff."""
        if not self._most:
            raise PersistingIsOff
        if digest not in self._texts:
            raise NotPersisted
        self._texts.move_to_end(digest)
        return self._texts[digest]

    def keep(self, digest: str, text: str) -> None:
        """``digest`` must be that of the text."""
        if self._texts.pop(digest, None) is None:
            self._bytes += _size(text)
        self._texts[digest] = text
        while len(self._texts) > self._most or self._bytes > self._most_bytes:
            _, forgotten = self._texts.popitem(last=False)
            self._bytes -= _size(forgotten)


class Documents:
    """Finds the text of the document that a request names, and refuses texts that are not trusted if only trusted
    documents may run."""

    def __init__(self, persisted: PersistedDocuments, trusted: Mapping[str, str], *, only_trusted: bool) -> None:
        self._persisted = persisted
        self._trusted = trusted
        self._texts = frozenset(trusted.values())
        self._only_trusted = only_trusted

    def text(self, query: str | None, named: str | None, digest: str | None) -> str:
        """Returns the document of a request. ``named`` is its ``documentId``, and ``digest`` the hash of
        ``extensions.persistedQuery``.

        Raises BadInput, NotFound for an unknown name, NotPersisted, PersistingIsOff, and Forbidden for a document that
        is not trusted.
        """
        if query is not None and digest is not None and _digest(query) != digest:
            raise BadInput("The sha256Hash of this request is not the SHA-256 of its query.")
        for name in (named, digest):
            if name is not None and name in self._trusted:
                return self._trusted[name]
        if query is not None and query in self._texts:
            return query
        if self._only_trusted:
            raise Forbidden("This service runs only the documents of its list. The setting web.documents names it.")
        if digest is not None:
            if query is None:
                return self._persisted.find(digest)
            self._persisted.keep(digest, query)
        if query is None:
            if named is not None:
                raise NotFound("There is no document with this documentId.")
            raise BadInput("A request needs a document: send it as `query`.")
        return query


def open_documents(settings: WebSettings) -> Documents:
    """Those of the cookbook are always trusted, because the pages of the service ask by them.

    Raises BadSettings if the list of trusted documents cannot be read."""
    trusted = document_ids() | (_read(settings.documents) if settings.documents is not None else {})
    persisted = PersistedDocuments(settings.persisted_documents)
    return Documents(persisted, trusted, only_trusted=settings.only_trusted_documents)


def _read(path: Path) -> dict[str, str]:
    """Reads a list as Relay and graphql-codegen write it, an object of texts by their ids, or Apollo's manifest."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadSettings(f"The list of documents {path} cannot be read: {error}.") from None
    if isinstance(found, dict) and isinstance(operations := found.get("operations"), list):
        found = {each.get("id"): each.get("body") for each in operations if isinstance(each, dict)}
    if not isinstance(found, dict) or not all(isinstance(text, str) for pair in found.items() for text in pair):
        raise BadSettings(
            f"The list of documents {path} must be an object of texts by their ids, or Apollo's manifest."
        )
    return found


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
