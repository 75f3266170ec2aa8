"""Reads conditions that consist of several words: properties, exposures, cameras, distances from a place, and when a
photo was added."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from photos_graph.model.search import MatchKind
from photos_graph.search.language.birthdays import BirthdayReader
from photos_graph.search.language.camera_names import tells_alone
from photos_graph.search.language.clock_words import ClockWords
from photos_graph.search.language.composition import any_of
from photos_graph.search.language.continents import continent, countries_in
from photos_graph.search.language.dates import Dates
from photos_graph.search.language.exposure_words import ExposureWords
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.lexicon import Lexicon, Thing
from photos_graph.search.language.name_matching import NameMatcher
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import PropertyWords, Said, Saying
from photos_graph.search.language.spans import latest
from photos_graph.search.language.spelling import MIN_LETTERS, is_sure_slip
from photos_graph.search.language.tokens import Token
from photos_graph.search.query import Query
from photos_graph.search.terms.added import AddedIn, Instant
from photos_graph.search.terms.places import AtPlace, Near
from photos_graph.search.terms.properties import TakenWith

_NEAR_KM = 20.0  # "near" a city
_RECENT_DAYS = 30
_MAX_DIGITS = 5
_MAX_BETWEEN = 2  # words between a distance and the place, such as "of the"
_UNITS = {  # in kilometres
    1.0: "km kms kilometer kilometers kilometre kilometres kilometern chilometro chilometri kilometro kilometros",
    1.609344: "mi mile miles miglio miglia meile meilen milles millas",
    0.001: "m meter meters metre metres metern metri metros",
}
_KILOMETRES = {word: km for km, words in _UNITS.items() for word in words.split()}
_SIGN = re.compile(r"[<>]=?\s*\Z")  # before a number
_DASHES = {"-", "\N{EN DASH}"}  # between two numbers
_AS_ONE = {"", "-"}  # between the words of "X-T3"


class ConditionReader:
    """Reads conditions from the tokens of one text in one language."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token],
        lexicon: Lexicon,
        language: Language,
        dates: Dates,
        naming: NameMatcher,
    ) -> None:
        self._text_typed = text
        self._tokens = tokens
        self._texts = dates.texts
        self._text = dates.typed.text
        self._lexicon = lexicon
        self._language = language
        self._dates = dates
        self._naming = naming
        self._known: dict[int, Said | None] = {}  # by the token at which a condition begins
        self._properties = PropertyWords(
            language.sayings,
            language.saying_starts,
            language.numbers,
            language.labels,
            self._texts,
            self._sign,
            self.second,
        )
        self._clock = ClockWords(tokens, language, dates)
        self._birthdays = BirthdayReader(language, dates, lexicon, naming, self._properties)
        self._exposures = ExposureWords(dates.typed, self._properties, language.labels)

    def read(self, at: int) -> Said | None:
        """Returns the longest condition that begins at a token."""
        if at not in self._known:
            self._known[at] = self._read(at)
        return self._known[at]

    def _read(self, at: int) -> Said | None:
        readers = (
            self._properties.read,
            self._exposures.read,
            self._clock.read,
            self._birthdays.read,
            self._added,
            self._near,
            self._camera,
            self._continent,
        )
        found = [said for reader in readers if (said := reader(at)) is not None]
        return max(found, key=lambda said: said.end, default=None)

    def _sign(self, at: int) -> str:
        """Returns the sign before a number, as in "> 3", or ">=" for a plus after it, as in "4+"."""
        token = self._tokens[at]
        before = _SIGN.search(self._text_typed, max(0, token.start - 4), token.start)
        return before[0].strip() if before else ">=" if self._text_typed.startswith("+", token.end) else ""

    def second(self, begin: int, at: int) -> int | None:
        """Returns the token of the second number of a range, which follows a dash, "to" or "or", or the "and" of
        "between 2 and 4"."""
        taken = self._language.taken
        between = taken(self._texts, begin, PhraseRole.BETWEEN)
        lead = between or taken(self._texts, begin, PhraseRole.FROM)
        if at - 1 not in (begin, begin + lead):
            return None
        if at < len(self._tokens) and self._tokens[at].joint.strip() in _DASHES:
            return at
        roles = (PhraseRole.AND,) if between else (PhraseRole.TO, PhraseRole.OR)
        return next((at + count for role in roles if (count := taken(self._texts, at, role))), None)

    def bound(self, at: int) -> tuple[int, str]:
        """Returns the token after words such as "more than", and the sign that says the same, or "" for none."""
        return self._properties.bound(at)

    # cameras

    def _camera(self, at: int) -> Said | None:
        """Reads the longest part of the name of a camera or lens, which may stand beside the word for it."""
        if self._properties.begins(at):
            at, _ = self._properties.past(at, Saying.CAMERA)
        if not self._text(at):
            return None
        end, most = at, self._lexicon.longest_camera(self._texts[at])
        while end < len(self._texts) and end < at + most and self._texts[end]:
            end += 1
        for stop in range(end, at, -1):
            words = self._texts[at:stop]
            if (tells_alone(words) or self._is_one(at, stop)) and (texts := self._lexicon.cameras(words)):
                terms = [TakenWith(text) for text in sorted(texts)]
                after, _ = self._properties.past(stop, Saying.CAMERA)
                return Said(after, any_of(terms), self._language.labels.say("camera {}", terms[0].text))
        return None

    def misspelt_camera(self, at: int) -> Said | None:
        """Reads a word of the name of a camera that surely has a slip: "Cannon"."""
        typed = self._texts[at]
        near = [
            word for word in self._naming.near_cameras(at) if len(word) >= MIN_LETTERS and is_sure_slip(typed, word)
        ]
        terms = [TakenWith(text) for text in self._cameras_of(near)]
        return Said(at + 1, any_of(terms), self._language.labels.say("camera {}", terms[0].text)) if terms else None

    def offered_cameras(self, at: int) -> tuple[str, ...]:
        """Returns the cameras that a word may mean."""
        return tuple(self._cameras_of(self._naming.near_cameras(at)))

    def _cameras_of(self, words: Collection[str]) -> list[str]:
        return sorted({text for word in words for text in self._lexicon.cameras([word])})

    def _is_one(self, at: int, stop: int) -> bool:
        """Returns whether words were typed as one, as in "X-T3" or "XT3"; "X T3" will do as well."""
        beside = [False, *(self._tokens[place].joint in _AS_ONE for place in range(at + 1, stop)), False]
        alone = [self._texts[place] for place in range(at, stop) if not any(beside[place - at : place - at + 2])]
        return any(beside) and GRAMMAR.isdisjoint(alone)

    # places

    def _near(self, at: int) -> Said | None:
        """Reads "near Rome", or "within 10 km of Rome"."""
        if count := self._language.taken(self._texts, at, PhraseRole.NEAR):
            return self._around(at + count, None)
        start = at + self._language.taken(self._texts, at, PhraseRole.WITHIN)
        text = self._text(start)
        kilometres = _KILOMETRES.get(self._text(start + 1))
        number = int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else self._language.numbers.get(text)
        if number is None or kilometres is None:
            return None
        start += 2
        start += self._language.taken(self._texts, start, PhraseRole.NEAR)  # "dans un rayon de 10 km autour de Rome"
        return self._around(start, number * kilometres)

    def _around(self, at: int, radius_km: float | None) -> Said | None:
        for start in range(at, at + _MAX_BETWEEN + 1):
            if (named := self._naming.longest(start) if self._text(start) else None) is not None:
                break
            if not self._is_between(start):
                return None
        else:
            return None
        places = sorted(thing for thing in named.things if thing.kind is MatchKind.PLACE)
        around = [query for thing in places if (query := self._circle(thing, radius_km)) is not None]
        if not around:
            return None
        name = self._lexicon.label(places[0])
        labels = self._language.labels
        label = labels.say("near {}", name)
        if radius_km is not None:
            label = labels.say("within {} km of {}", f"{radius_km:g}", name)
        return Said(named.end, any_of(around), label, MatchKind.PLACE)

    def _circle(self, place: Thing, radius_km: float | None) -> Query | None:
        centre = self._lexicon.centre(place, city=radius_km is None)
        if centre is None:
            return None
        circle = Near(*centre, _NEAR_KM if radius_km is None else radius_km)
        return any_of([AtPlace(place.id), circle]) if radius_km is None else circle

    def _is_between(self, at: int) -> bool:
        roles = self._language.roles.get(self._text(at), frozenset())
        return not roles.isdisjoint((PhraseRole.LINK, PhraseRole.FILLER, PhraseRole.OF))

    def _continent(self, at: int) -> Said | None:
        """Reads the name of a continent, which stands for its countries of which there are photos."""
        found = continent(self._texts, at)
        countries = self._lexicon.countries([*countries_in(found[1])]) if found else ()
        if found is None or not countries:
            return None
        name = " ".join(self._text_typed[token.start : token.end] for token in self._tokens[at : found[0]])
        return Said(found[0], any_of([AtPlace(thing.id) for thing in countries]), name, MatchKind.PLACE)

    # when a photo was added

    def _added(self, at: int) -> Said | None:
        """Reads "added last week", or the other order, as in German."""
        end, is_recent = self._properties.past(at, Saying.RECENT)
        if is_recent:
            since = self._dates.today - timedelta(days=_RECENT_DAYS)
            label = self._language.labels.say("added in the last {} days", _RECENT_DAYS)
            return Said(end, AddedIn(_instant(since)), label)
        start, is_led = self._properties.past(at, Saying.ADDED)
        while is_led and self._is_between(start) and self._dates.read(start) is None:
            start += 1
        dated = self._dates.read(start) if self._text(start) else None
        if dated is None:
            return None
        end, span = dated
        if not is_led:
            end, follows = self._properties.past(end, Saying.ADDED)
            if not follows:
                return None
        labels = self._language.labels
        span = latest(span, self._dates.today) if span.recurs else span
        if span.weekdays or span.time or span.movable:
            return None
        return Said(end, AddedIn(_instant(span.start), _instant(span.end)), labels.say("added {}", span.label(labels)))


def _instant(day: date | None) -> Instant | None:
    """Returns the midnight with which a day begins where the service runs."""
    return None if day is None else Instant(datetime.combine(day, time()).astimezone())
