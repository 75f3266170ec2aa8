"""Imports albums, after all photos of the export are known. Each album is written in one commit.

An album that does not exist here is created as the export has it. One of the same name keeps what it is, and gets the
photos that it does not have at its end, in the order of the export.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import uuid4

from photos_graph.errors import BadInput, NotFound, TooComplex
from photos_graph.graph.labels import album_entries, albums
from photos_graph.graph.labels.album_entries import AlbumPlace, Places
from photos_graph.graph.labels.edits import AlbumEntry, AlbumState, Edit
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.graph.writing import LabelWriter
from photos_graph.index import Index
from photos_graph.model.albums import AlbumDetails
from photos_graph.model.labels import LabelKind
from photos_graph.names import album_key, checked_album_name
from photos_graph.services.datasets.exports.records import AlbumRecord, PhotoRecord
from photos_graph.services.datasets.imports.merge_rules import Importer
from photos_graph.services.datasets.imports.outcome import Outcome, record_change
from photos_graph.services.datasets.portable_filters import resolved
from photos_graph.services.labels.album_editing import checked_details
from photos_graph.services.labels.album_filters import kept
from photos_graph.services.labels.album_positions import inserted


class _AlbumMember(NamedTuple):
    position: int
    number: int
    entry: AlbumEntry


@dataclass(slots=True)
class ImportedAlbums:
    """What the records of an export say about albums, by ``album_key``."""

    records: dict[str, AlbumRecord] = field(default_factory=dict)
    members: dict[str, list[_AlbumMember]] = field(default_factory=dict)
    covers: dict[str, int] = field(default_factory=dict)
    _entries: dict[AlbumEntry, AlbumEntry] = field(default_factory=dict)  # one object for all that are equal

    @classmethod
    def of(cls, records: Iterable[AlbumRecord]) -> ImportedAlbums:
        return cls({album_key(record.name): record for record in records})

    def add(self, records: Mapping[int, PhotoRecord], importer: Importer) -> None:
        """Adds the places of photos, which are given by number."""
        for number, record in records.items():
            for mark in record.albums:
                key = album_key(mark.album)
                self.records.setdefault(key, AlbumRecord(mark.album, at=importer.at_ms, by=importer.by))
                if mark.cover:
                    self.covers[key] = number
                if mark.position is not None:
                    entry = AlbumEntry(mark.at or importer.at_ms, mark.by or "")
                    member = _AlbumMember(mark.position, number, self._entries.setdefault(entry, entry))
                    self.members.setdefault(key, []).append(member)

    def in_order(self) -> Iterator[str]:
        """Yields the keys of the albums of photos first, since smart albums may name them."""
        yield from sorted(self.records, key=lambda key: (_is_smart(self.records[key]), key))


async def write_albums(writer: LabelWriter, index: Index, imported: ImportedAlbums, importer: Importer) -> Outcome:
    """Writes the albums. ``changed`` of the outcome counts albums. The index must be caught up."""
    outcome = Outcome()
    for key in imported.in_order():
        album = _AlbumImport(index, importer, imported, key)
        try:
            part = await writer.commit(album.write, caught_up=True)
        except (BadInput, NotFound, TooComplex) as error:
            outcome.refused.append((imported.records[key].name, error.public_message))
            continue
        outcome.changed += part.changed
        outcome.changes += part.changes
        outcome.refused += part.refused
    await writer.follow(LabelKind.ALBUMS)
    return outcome


class _AlbumImport:
    """One album of the export."""

    def __init__(self, index: Index, importer: Importer, imported: ImportedAlbums, key: str) -> None:
        self._index = index
        self._importer = importer
        self._record = imported.records[key]
        members = sorted(imported.members.get(key, ()), key=_place, reverse=True)
        self._members = {member.number: member for member in members}  # the first place of each
        self._cover = imported.covers.get(key)

    async def write(self, tx: LabelTransaction) -> Outcome:
        """Creates the album, or puts the photos that it lacks at its end. Raises BadInput and NotFound for what is not
        valid here."""
        record, outcome = self._record, Outcome()
        name = checked_album_name(record.name)
        known = (await albums.named(tx, [name])).get(album_key(name))
        if known is None:
            return await self._create(tx, name, outcome)
        state = (await albums.states(tx, [known]))[known]
        here_is_smart = state.filter is not None or state.text is not None
        if here_is_smart != _is_smart(record):
            smart, other = ("here", "in the export") if here_is_smart else ("in the export", "here")
            reason = f"{name} is a smart album {smart}, and holds chosen photos {other}. It was not changed."
            outcome.refused.append((name, reason))
        elif not here_is_smart:
            there = (await album_entries.of_albums(tx, [known])).get(known, {})
            self._record_edits(tx, await self._put(tx, known, there), outcome)
        return outcome

    async def _create(self, tx: LabelTransaction, name: str, outcome: Outcome) -> Outcome:
        record, album_id = self._record, uuid4().hex
        filter = None if record.filter is None else resolved(record.filter, self._index.search)
        found = kept(self._index, filter, record.text if filter is None else None)
        details = checked_details(AlbumDetails(description=record.description, order=record.order))
        state = AlbumState(
            name,
            filter=found.filter,
            text=record.text,
            cover_number=self._cover,
            at_ms=record.at or self._importer.at_ms,
            by=record.by,
            **details,
        )
        await albums.put(tx, {album_id: state})
        entries = () if _is_smart(record) else await self._put(tx, album_id, {})
        self._record_edits(tx, (Edit(None, state, album_id), *entries), outcome)
        return outcome

    async def _put(self, tx: LabelTransaction, album_id: str, there: Places) -> tuple[Edit, ...]:
        """Puts the photos into the album that are not in it, nor others of their stacks."""
        shown = self._index.search.sets.albums.holding(album_id)
        lacking = [each for number, each in self._members.items() if number not in there and number not in shown]
        members = sorted(lacking, key=_place)
        order = sorted((place.position, number) for number, place in there.items())
        positions = inserted(order, len(order), [member.number for member in members])
        edits = album_entries.edits(
            album_id, {}, {each.number: AlbumPlace(each.entry, positions[each.number]) for each in members}
        )
        await album_entries.write(tx, edits)
        return edits

    def _record_edits(self, tx: LabelTransaction, edits: tuple[Edit, ...], outcome: Outcome) -> None:
        record_change(tx, LabelKind.ALBUMS, edits, self._importer, outcome)
        outcome.changed = int(bool(edits))


def _place(member: _AlbumMember) -> tuple[int, int]:
    return member.position, member.number


def _is_smart(record: AlbumRecord) -> bool:
    return record.filter is not None or record.text is not None
