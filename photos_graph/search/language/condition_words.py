"""The words of single conditions: a label for people, and texts that mean the condition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from photos_graph.model.search import MatchKind
from photos_graph.search.concepts import concepts
from photos_graph.search.index import SearchIndex
from photos_graph.search.language.customs import Customs
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.lexicon import Thing
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import SHAPES, Saying
from photos_graph.search.language.term_labels import term_label
from photos_graph.search.terms import taken_prefix
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InAlbum, InNoAlbum
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed, ExposureColumn
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.ranges import write_range
from photos_graph.search.terms.tags import Excluded, Tagged, Untagged
from photos_graph.search.terms.term import Term
from photos_graph.search.terms.words import Words

_PLAIN_VALUE = re.compile(r"[^\W_]+(?:[/-][^\W_]+)*")
_QUOTES = re.compile('["\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02]')
_EXPOSURE: Mapping[ExposureColumn, str] = {
    "iso": "iso",
    "aperture": "aperture",
    "seconds": "shutter",
    "focal_length": "focal",
}


class ConditionWords:
    """Puts conditions into words of the owner's first language, and into prefixes, which every language understands."""

    def __init__(self, index: SearchIndex, customs: Customs) -> None:
        self._index = index
        language = customs.languages[0]
        self._language = language
        self.labels = language.labels
        self.and_ = language.written[PhraseRole.AND]
        self.or_ = language.written[PhraseRole.OR]
        self.without = language.written[PhraseRole.WITHOUT]
        self.only = language.written[PhraseRole.ONLY]

    # labels

    def label(self, term: Term) -> str:
        """Returns the condition in the owner's first language, with the name of what it is about."""
        match term:
            case Tagged(id_, _) | WithPerson(id_, _) | AtPlace(id_) | InAlbum(id_):
                label = self._name(term.kind, id_)
            case Excluded(id_):
                return self.labels.say("excluded: {}", self._name(MatchKind.TAG, id_))
            case InFolder(id_, recursive):
                name = self._name(MatchKind.FOLDER, id_)
                return name if recursive else self.labels.say("{} without its subfolders", name)
            case LooksLike(concept):
                return self.labels.say("looks like {}", self._concept(concept))
            case LooksLikeText(text):
                return self.labels.say("looks like {}", text)
            case Words(text, _):
                label = text
            case _:
                label = term_label(term, self.labels) or type(term).__name__
        return self.labels.say("{} (confirmed)", label) if getattr(term, "confirmed", False) else label

    def _concept(self, id_: str) -> str:
        return next(iter(concepts()[id_].names.get(self._language.code, ())), id_)

    def _name(self, kind: MatchKind, id_: str) -> str:
        return self._index.lexicon.label(Thing(kind, id_))

    # texts

    def exact(self, term: Term) -> str | None:
        """Returns a text that means only the condition, or None if there is none: a prefix, which every language
        understands, or else a phrase of the owner's first language."""
        match term:
            case Tagged(id_, False):
                return _prefixed("tag", self._index.tags.path(id_))
            case WithPerson(id_, False):
                return _prefixed("person", self._person(id_))
            case AtPlace(id_):
                return _prefixed("place", self._index.places.path(id_))
            case InAlbum(id_):
                return _prefixed("album", self._index.albums.path(id_))
            case InNoAlbum():
                return self._phrase(Saying.NO_ALBUM)
            case InFolder(id_, True):
                return _prefixed("in", self._index.folders.path(id_))
            case TakenIn():
                return _all_of([f"taken:{value}" for value in taken_prefix.values(term)])
            case AddedIn(after, before):
                parts = [f"added:>={after.isoformat()}"] if after else []
                parts += [f"added:<{before.isoformat()}"] if before else []
                return _all_of(parts)
            case Shaped(shape):
                return self._phrase(SHAPES[shape])
            case IsRaw():
                return self._phrase(Saying.RAW)
            case HasCopies():
                return self._phrase(Saying.DUPLICATES)
            case IsEdited():
                return self._phrase(Saying.EDITED)
            case IsScreenshot():
                return self._phrase(Saying.SCREENSHOT)
            case UnnamedFaces(False):
                return self._phrase(Saying.UNNAMED)
            case Near(latitude, longitude, radius):
                return f"near:{latitude!r},{longitude!r},{radius!r}"
            case InBox(north, south, east, west):
                return f"box:{north!r},{south!r},{east!r},{west!r}"
            case Rated(low, high) if (low, high) != (None, None):
                return f"rating:{write_range(low, high)}"
            case FacesIn(low, high) if (low, high) != (None, None) and min(low or 0, high or 0) >= 0:
                return f"faces:{write_range(low, high)}"
            case Exposed(column, low, high):
                return f"{_EXPOSURE[column]}:{write_range(low, high)}"
            case TakenWith(text):
                return _prefixed("camera", text)
            case LooksLike(concept):
                return _prefixed("looks", concept)
            case LooksLikeText(text):
                return _prefixed("looks", text)
            case Words(text, False):
                return _prefixed("text", text)
            case Favourite(True):
                return self._phrase(Saying.FAVOURITE)
            case Untagged(False):
                return self._phrase(Saying.UNTAGGED)
        return None

    def plain(self, term: Term) -> Iterator[str]:
        """Yields texts as people type them, which may also mean something else."""
        match term:
            case Tagged(id_) | WithPerson(id_) | AtPlace(id_) | InAlbum(id_):
                yield self._name(term.kind, id_)
            case LooksLike(concept):
                yield self._concept(concept)
            case LooksLikeText(looked_for):
                yield looked_for
            case TakenIn():
                if (text := _date(term, self._language)) is not None:
                    yield text
            case Rated(low, None) if low is not None:
                yield f"{self._phrase(Saying.RATED)} {low} {self._phrase(Saying.OR_MORE)}"
            case Rated(low, high) if low == high and low is not None:
                yield f"{low} {self._phrase(Saying.STARS)}"
            case FacesIn(low, high) if not low and high == 0:
                yield self._phrase(Saying.NOBODY) or ""
            case FacesIn(low, high) if low and high in (low, None):
                more = "" if high else f" {self._phrase(Saying.OR_MORE)}"
                yield f"{low}{more} {self._phrase(Saying.PEOPLE)}"
            case _:
                return

    def _person(self, id_: str) -> str | None:
        row = self._index.persons.get(id_)
        if row is None:
            return None
        apart = row.note or (row.birthday or "")[:4]
        shared = len(self._index.persons.named(row.name)) > 1
        return f"{row.name} {apart}" if shared and apart else row.name

    def _phrase(self, saying: Saying) -> str | None:
        return self._language.written.get(saying)


def _all_of(parts: Sequence[str]) -> str | None:
    """Joins texts that must all hold to one condition, or returns None if there is none."""
    return parts[0] if len(parts) == 1 else f"({' '.join(parts)})" if parts else None


def _prefixed(prefix: str, value: str | None) -> str | None:
    if not value or _QUOTES.search(value):
        return None
    return f"{prefix}:{value}" if _PLAIN_VALUE.fullmatch(value) else f'{prefix}:"{value}"'


def _date(term: TakenIn, language: Language) -> str | None:
    """Returns "2019", "08/2019", "august", "14/08", "14/08/2019", "01/08/2019 - 03/08/2019" or "since 01/08/2019", or
    None."""
    day, month, year = term.day, term.month, term.year
    if term.after is not None or term.before is not None:
        return _span(term, language)
    if day is not None:
        return f"{day:02}/{month:02}" if month is not None and year is None else None
    if month is not None:
        return f"{month:02}/{year:04}" if year else language.labels.month(month)
    return f"{year:04}" if year else None


def _span(term: TakenIn, language: Language) -> str | None:
    after, before = (f"{moment:%d/%m/%Y}" if moment else "" for moment in (term.after, term.before))
    if not before:
        return f"{language.written[PhraseRole.SINCE]} {after}"
    if not after or term.before is None:
        return f"{language.written[PhraseRole.BEFORE]} {before}"
    last = f"{term.before - timedelta(days=1):%d/%m/%Y}" if term.before > datetime(1, 1, 2) else ""
    return after if after == last else f"{after} - {last}"
