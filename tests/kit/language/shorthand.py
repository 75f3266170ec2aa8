"""Questions as ``docs/search.md`` writes them."""

from __future__ import annotations

from calendar import day_name
from datetime import datetime, time

from photos_graph.model.search import MatchKind
from photos_graph.search.label_words import ENGLISH_LABELS
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.language.parser import Parsed
from photos_graph.search.query import And, Everything, Not, Or, Query
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InAlbum, InNoAlbum
from photos_graph.search.terms.content import LooksLike, LooksLikeText
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.folders import InFolder
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces, WithPerson
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import AtPlace, InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.tags import Excluded, OnlyTagged, Tagged, Untagged
from photos_graph.search.terms.times import TakenAt, TakenBetween, TakenDuring, TakenOn
from photos_graph.search.terms.words import Words


def shorthand(parsed: Parsed, lexicon: Lexicon) -> str:
    question = _Writer(lexicon).write(parsed.query)
    left = ", ".join(f"`{text}`" for text in parsed.unmatched)
    return f"{question}; unmatched: {left}" if left else question


class _Writer:
    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon

    def write(self, query: Query, inside: bool = False) -> str:
        match query:
            case Everything():
                return "everything"
            case Or(()):
                return "nothing"
            case And(parts) | Or(parts):
                joint = " and " if isinstance(query, And) else " or "
                text = joint.join(self.write(part, inside=True) for part in parts)
                return f"({text})" if inside else text
            case Not(part):
                return f"not {self.write(part, inside=True)}"
            case Tagged(id_):
                return f"tag {self._label(MatchKind.TAG, id_)}"
            case Excluded(id_):
                return f"excluded {self._label(MatchKind.TAG, id_)}"
            case WithPerson(id_):
                return f"person {self._label(MatchKind.PERSON, id_)}"
            case AtPlace(id_):
                return f"place {self._label(MatchKind.PLACE, id_)}"
            case InAlbum(id_):
                return f"album {self._label(MatchKind.ALBUM, id_)}"
            case InNoAlbum():
                return "in no album"
            case InFolder(id_, True):
                return f"folder {self._label(MatchKind.FOLDER, id_)}"
            case OnlyPersons(ids):
                return "only persons " + ", ".join(self._label(MatchKind.PERSON, id_) for id_ in ids)
            case OnlyTagged(ids):
                return "only tags " + ", ".join(self._label(MatchKind.TAG, id_) for id_ in ids)
            case LooksLike(look) | LooksLikeText(look):
                return f"looks like {look}"
            case Words(text):
                return f'text "{text}"'
            case TakenWith(text):
                return f'camera "{text}"'
            case Rated(low, high):
                return f"rated {'' if low is None else low} to {5 if high is None else high}"
            case FacesIn(low, high):
                return f"faces {low or 0} to {'any' if high is None else high}"
            case Favourite(True):
                return "favourite"
            case Untagged():
                return "untagged"
            case InBox(90, -90, 180, -180):
                return "position"
            case InBox(north, south, east, west):
                return f"in the box {north:g}, {south:g}, {east:g}, {west:g}"
            case Near(latitude, longitude, radius):
                return f"within {radius:g} km of {latitude:g}, {longitude:g}"
            case Exposed(column, low, high):
                return f"{column}{'' if low is None else f' from {low:g}'}{'' if high is None else f' to {high:g}'}"
            case Shaped() | AddedIn():
                return query.label()
            case IsRaw() | HasCopies() | IsEdited() | IsScreenshot():
                return {IsRaw: "raw", HasCopies: "duplicates", IsEdited: "edited"}.get(type(query), "screenshots")
            case UnnamedFaces():
                return "unnamed faces"
            case TakenAt(time):
                return f"in the {time.name.lower()}"
            case TakenBetween():
                return f"from {query.label(ENGLISH_LABELS)}"
            case TakenOn(weekdays):
                return "on " + " and ".join(day_name[weekday] for weekday in weekdays)
            case TakenDuring(span):
                return f"taken at {span.label} of any year"
            case TakenIn():
                return f"taken {_taken(query)}"
        raise AssertionError(f"the page has no word for {query}")

    def _label(self, kind: MatchKind, id_: str) -> str:
        return self._lexicon.label(Thing(kind, id_))


def _taken(query: TakenIn) -> str:
    if query.year and query.month:
        return f"{query.year}-{query.month:02}"
    if query.month and query.day:
        return f"on {query.month:02}-{query.day:02} of any year"
    if query.month:
        return f"in month {query.month}"
    return str(query.year) if query.year else f"[{_day(query.after)}, {_day(query.before)})"


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    return moment.isoformat(" ", "minutes") if moment.time() != time() else moment.date().isoformat()
