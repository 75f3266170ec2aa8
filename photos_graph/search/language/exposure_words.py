"""How a photo was exposed, in words: "ISO 400", "f/2.8", "50mm", "24-70 mm" and "1/125 s"."""

from __future__ import annotations

from photos_graph.search.label_words import LabelWords
from photos_graph.search.language.properties import PropertyWords, Said, Saying, within
from photos_graph.search.language.tokens import TypedWords
from photos_graph.search.terms.exposure import Exposed, ExposureColumn

_MAX_DIGITS = 6
_APERTURE = {"f", "\N{LATIN SMALL LETTER F WITH HOOK}"}
_SECONDS = {"sec", "second", "seconds", "secondi", "secondo", "sekunde", "sekunden", "secondes", "segundos", "segundo"}
_MIN_FRACTION = 32  # of a second, without a unit: a smaller number may be a day
_DASHES = {"-", "\N{EN DASH}"}

# The token after an exposure, what it is about, and its bounds.
_Found = tuple[int, ExposureColumn, float | None, float | None]


class ExposureWords:
    """Reads exposures from the tokens of a text. "at least", "or more" and the like are those of the language."""

    def __init__(self, typed: TypedWords, properties: PropertyWords, labels: LabelWords) -> None:
        self._text, self._joint, self._raw_joint = typed.text, typed.joint, typed.raw_joint
        self._properties = properties
        self._labels = labels

    def read(self, at: int) -> Said | None:
        text = self._text(at)
        if not (text.isdecimal() or text == "iso" or text in _APERTURE or self._properties.begins(at)):
            return None
        at, bound = self._properties.bound(at)
        found = self._iso(at, bound)
        if found is None:
            found = self._aperture(at) or self._focal_length(at) or self._seconds(at)
        if found is None:
            return None
        end, column, low, high = found
        end, after = self._properties.bound_after(end)
        if column != "iso" and low == high:  # the bounds of fractions are always inclusive
            sign = bound or after or self._properties.sign(end - 1)
            low, high = None if sign.startswith("<") else low, None if sign.startswith(">") else high
        elif after:
            low, high = (low, None) if after == ">=" else (None, high)
        term = Exposed(column, low, high)
        return Said(end, term, term.label(self._labels))

    def _iso(self, at: int, bound: str) -> _Found | None:
        """Reads "ISO 400", "ISO 100-400", "ISO > 400" or "ISO under 400". ``bound`` is what was said before "ISO"."""
        if self._text(at) != "iso":
            return None
        start, inner = self._properties.bound(at + 1)
        numbers = self._range(start)
        if numbers is None or any(number != int(number) for number in numbers[1:]):
            return None
        end, low, high = numbers[0], int(numbers[1]), int(numbers[2])
        if low != high:
            return end, "iso", low, high
        least, most = within(low, bound or inner or self._properties.sign(start))
        return None if most is not None and most < 0 else (end, "iso", least, most)

    def _aperture(self, at: int) -> _Found | None:
        start, named = self._properties.past(at, Saying.APERTURE)
        if self._text(start) in _APERTURE and (self._joint(start + 1) in ("", "/") or named):
            start += 1
        elif not named:
            return None
        number = self._number(start)
        return (number[0], "aperture", number[1], number[1]) if number else None

    def _focal_length(self, at: int) -> _Found | None:
        numbers = self._range(at)
        if numbers is None or self._text(numbers[0]) != "mm":
            return None
        return numbers[0] + 1, "focal_length", numbers[1], numbers[2]

    def _seconds(self, at: int) -> _Found | None:
        """Reads "1/125 s", "1/125" or "30 seconds"; "30s" and "1/4" may be a decade and a day."""
        number = self._number(at)
        if number is None:
            return None
        end, seconds = number
        if self._joint(end) == "/" and seconds == 1 and (below := self._number(end)) is not None:
            return self._fraction(*below)
        return (end + 1, "seconds", seconds, seconds) if self._text(end) in _SECONDS else None

    def _fraction(self, end: int, below: float) -> _Found | None:
        """Reads what may stand after "1/125", of which ``below`` is the second number."""
        if not below:
            return None
        has_unit = self._text(end) in _SECONDS or self._text(end) == "s"
        if not has_unit and below < _MIN_FRACTION:
            return None
        return end + has_unit, "seconds", 1 / below, 1 / below

    def _range(self, at: int) -> tuple[int, float, float] | None:
        first = self._number(at)
        if first is None:
            return None
        if self._joint(first[0]) in _DASHES and (last := self._number(first[0])) and last[1] >= first[1]:
            return last[0], first[1], last[1]
        return first[0], first[1], first[1]

    def _number(self, at: int) -> tuple[int, float] | None:
        """Reads "50", "2.8" or "2,8"."""
        text = self._text(at)
        if not text.isdecimal() or len(text) > _MAX_DIGITS:
            return None
        part = self._text(at + 1)
        if self._raw_joint(at + 1) in (".", ",") and part.isdecimal() and len(part) <= _MAX_DIGITS:
            return at + 2, float(f"{int(text)}.{part}")
        return at + 1, int(text)
