"""Properties of photos in words: favourites, stars, numbers of people, and what a photo has or lacks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from photos_graph.model.search import MatchKind, PhotoShape
from photos_graph.search.label_words import LabelWords
from photos_graph.search.query import Not, Query
from photos_graph.search.terms.albums import InNoAlbum
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.persons import FacesIn, UnnamedFaces
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import InBox
from photos_graph.search.terms.properties import Favourite, Rated
from photos_graph.search.terms.ranges import in_words
from photos_graph.search.terms.tags import Untagged

_MAX_WORDS = 4  # of a phrase
_MAX_DIGITS = 4  # of a number of people


class Saying(Enum):
    """What a phrase of a language says of a photo."""

    FAVOURITE = auto()
    TAGS = auto()  # "without tags"
    UNTAGGED = auto()
    NO_ALBUM = auto()  # "not in any album"
    POSITION = auto()  # "without gps"
    DATED = auto()  # "without date"
    UNDATED = auto()
    PEOPLE = auto()  # "2 people", "without people"
    NOBODY = auto()
    GROUP = auto()
    STARS = auto()  # "5 stars"
    RATED = auto()  # "rated 5"
    UNRATED = auto()
    REJECTED = auto()
    UNNAMED = auto()  # faces
    PORTRAIT = auto()  # this and the next two: the shape
    LANDSCAPE = auto()
    SQUARE = auto()
    PANORAMA = auto()
    MAYBE_PORTRAIT = auto()  # unless something has the name
    MAYBE_LANDSCAPE = auto()
    SCREENSHOT = auto()
    RAW = auto()
    MAYBE_RAW = auto()  # unless something has the name
    EDITED = auto()
    DUPLICATES = auto()
    ADDED = auto()  # "added last week"
    RECENT = auto()  # "recently added"
    CAMERA = auto()  # beside the name of a camera or lens
    BIRTHDAY = auto()
    APERTURE = auto()  # before a number
    AT_LEAST = auto()  # before a number
    MORE_THAN = auto()  # before a number
    LESS_THAN = auto()  # before a number
    AT_MOST = auto()  # before a number
    OR_MORE = auto()  # after a number
    OR_LESS = auto()  # after a number


class Said(NamedTuple):
    """A property, the token after its words, and its label."""

    end: int
    query: Query
    label: str
    kind: MatchKind = MatchKind.OTHER
    gives_way: bool = False  # to anything that has the name


_GROUP = 3  # people
_STAR = {"\N{BLACK STAR}", "\N{WHITE MEDIUM STAR}"}
_STARS = range(2, 6)  # a single star may be anything
_DATED = TakenIn(after=datetime.min)
_PLAIN: dict[Saying, tuple[Query, str]] = {
    Saying.FAVOURITE: (Favourite(), "favourite"),
    Saying.TAGS: (Not(Untagged()), "tagged"),
    Saying.UNTAGGED: (Untagged(), "untagged"),
    Saying.NO_ALBUM: (InNoAlbum(), "in no album"),
    Saying.POSITION: (InBox(90, -90, 180, -180), "position"),
    Saying.DATED: (_DATED, "date"),
    Saying.UNDATED: (Not(_DATED), "undated"),
    Saying.PEOPLE: (FacesIn(1, None), "people"),
    Saying.NOBODY: (FacesIn(None, 0), "nobody"),
    Saying.UNNAMED: (UnnamedFaces(), "unnamed faces"),
    Saying.PORTRAIT: (Shaped(PhotoShape.PORTRAIT), "portrait format"),
    Saying.LANDSCAPE: (Shaped(PhotoShape.LANDSCAPE), "landscape format"),
    Saying.MAYBE_PORTRAIT: (Shaped(PhotoShape.PORTRAIT), "portrait format"),
    Saying.MAYBE_LANDSCAPE: (Shaped(PhotoShape.LANDSCAPE), "landscape format"),
    Saying.SQUARE: (Shaped(PhotoShape.SQUARE), "square"),
    Saying.PANORAMA: (Shaped(PhotoShape.PANORAMA), "panorama"),
    Saying.SCREENSHOT: (IsScreenshot(), "screenshots"),
    Saying.RAW: (IsRaw(), "RAW"),
    Saying.MAYBE_RAW: (IsRaw(), "RAW"),
    Saying.EDITED: (IsEdited(), "edited"),
    Saying.DUPLICATES: (HasCopies(), "duplicates"),
    Saying.UNRATED: (Rated(0, 0), "unrated"),
    Saying.REJECTED: (Rated(-1, -1), "rejected"),
}
_GIVE_WAY = {Saying.MAYBE_PORTRAIT, Saying.MAYBE_LANDSCAPE, Saying.MAYBE_RAW}
_BOUNDS = {
    Saying.AT_LEAST: ">=",
    Saying.MORE_THAN: ">",
    Saying.LESS_THAN: "<",
    Saying.AT_MOST: "<=",
}  # the signs that say the same
_BOUNDS_AFTER = {Saying.OR_MORE: ">=", Saying.OR_LESS: "<="}
SHAPES = {
    PhotoShape.PORTRAIT: Saying.PORTRAIT,
    PhotoShape.LANDSCAPE: Saying.LANDSCAPE,
    PhotoShape.SQUARE: Saying.SQUARE,
    PhotoShape.PANORAMA: Saying.PANORAMA,
}


def within(number: int, sign: str) -> tuple[int | None, int | None]:
    """Returns the bounds, both inclusive, of the numbers that a sign such as ">=" admits."""
    bounds = {">": (number + 1, None), ">=": (number, None), "<": (None, number - 1), "<=": (None, number)}
    return bounds.get(sign, (number, number))


class PropertyWords:
    """Reads properties from a sequence of folded words, with "" for a token that is not a word."""

    def __init__(
        self,
        sayings: Mapping[str, Saying],
        starts: Collection[str],
        numbers: Mapping[str, int],
        labels: LabelWords,
        texts: Sequence[str],
        sign: Callable[[int], str],
        second: Callable[[int, int], int | None],
    ) -> None:
        """``sign`` returns the sign that bounds the number at a token, as ``within`` takes it, or "" for none.
        ``second`` returns the token of the second number of a range: it takes the token at which the text begins,
        and that after the first number."""
        self.sign = sign
        self._second = second
        self._sayings = sayings
        self._starts = starts  # the first words of the phrases
        self._numbers = numbers
        self._labels = labels
        self._texts = texts

    def read(self, at: int) -> Said | None:
        """Reads the property that begins at a token."""
        if (stars := len(self._texts[at])) in _STARS and set(self._texts[at]) <= _STAR:
            return self._rated(at + 1, stars, stars)
        end, saying = self._saying(at)
        if saying is Saying.RATED:
            return self._counted(end, rated=True)
        if saying is Saying.UNRATED and self._counted(end, rated=True):  # "not rated 4 or more"
            return None
        if saying is Saying.GROUP:
            return self._people(end, _GROUP, None)
        if saying is not None and saying in _PLAIN:
            query, label = _PLAIN[saying]
            return Said(end, query, self._labels.say(label), gives_way=saying in _GIVE_WAY)
        return self._counted(at, rated=False)

    def _counted(self, at: int, rated: bool) -> Said | None:
        """Reads "5 stars", "at least 4 stars", "4+ stars", "> 3 stars", "3-5 stars", "3 people", or what follows
        "rated"."""
        if ranged := self._ranged(at, rated):
            return ranged
        if not self.begins(at) and self._number(at) is None:
            return None
        at, bound = self.bound(at)
        number = self._number(at)
        if number is None:
            return None
        sign = bound or self.sign(at)
        at, after = self.bound_after(at + 1)
        end, noun = self._saying(at)
        if noun in (Saying.STARS, Saying.PEOPLE):
            at, after_noun = self.bound_after(end)
            after = after or after_noun
        elif not rated:
            return None
        low, high = within(number, after or sign)
        if noun is Saying.PEOPLE:
            if rated or (high is not None and high < 0):  # "less than 0 people"
                return None
            return self._people(at, low, high)
        return self._rated(at, low, high) if number <= 5 else None

    def _people(self, end: int, low: int | None, high: int | None) -> Said:
        return Said(end, FacesIn(low, high), self._labels.say("{} people", in_words(low, high, self._labels)))

    def _rated(self, end: int, low: int | None, high: int | None) -> Said:
        return Said(end, Rated(low, high), self._labels.say("rating {}", in_words(low, high, self._labels)))

    def _ranged(self, at: int, rated: bool) -> Said | None:
        """Reads "3 to 5 stars" or "between 2 and 4 people"."""
        for start in (at, at + 1):
            low = self._number(start)
            second = None if low is None else self._second(at, start + 1)
            high = None if second is None else self._number(second)
            if second is None or low is None or high is None or low > high:
                continue
            end, noun = self._saying(second + 1)
            if noun is Saying.PEOPLE and not rated:
                return self._people(end, low, high)
            if high <= 5 and (rated or noun is Saying.STARS):
                end = end if noun is Saying.STARS else second + 1
                return self._rated(end, low, high)
        return None

    def begins(self, at: int) -> bool:
        """Returns whether the token is the first word of a phrase."""
        return at < len(self._texts) and self._texts[at] in self._starts

    def bound(self, at: int) -> tuple[int, str]:
        """Returns the token after words such as "more than", and the sign that says the same, or "" for none."""
        end, saying = self._saying(at)
        sign = "" if saying is None else _BOUNDS.get(saying, "")
        return (end, sign) if sign else (at, "")

    def bound_after(self, at: int) -> tuple[int, str]:
        """Does the same for words after a number, such as "or more"."""
        end, saying = self._saying(at)
        sign = "" if saying is None else _BOUNDS_AFTER.get(saying, "")
        return (end, sign) if sign else (at, "")

    def is_word_of(self, text: str, saying: Saying) -> bool:
        return self._sayings.get(text) is saying

    def past(self, at: int, saying: Saying) -> tuple[int, bool]:
        """Returns the token after a phrase, and whether it was there."""
        end, found = self._saying(at)
        return (end, True) if found is saying else (at, False)

    def _number(self, at: int) -> int | None:
        text = self._texts[at] if at < len(self._texts) else ""
        if text.isdecimal() and len(text) <= _MAX_DIGITS:
            return int(text)
        return self._numbers.get(text)

    def _saying(self, at: int) -> tuple[int, Saying | None]:
        """Returns the longest phrase of the language at a token, and the token after it."""
        if at >= len(self._texts) or self._texts[at] not in self._starts:
            return at, None
        for count in range(min(_MAX_WORDS, len(self._texts) - at), 0, -1):
            if saying := self._sayings.get(" ".join(self._texts[at : at + count])):
                return at + count, saying
        return at, None
