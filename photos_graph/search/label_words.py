"""The words of labels, such as "4 or more" and "since 1 August 2019", in the languages of searches.

``labels.tsv`` has them, by what they are in English.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_ELIDED = re.compile(r"\b(da|de)l (?=(?:8|11) )")  # "dall'8 agosto"
TABLE = Path(__file__).with_name("labels.tsv")
_LANGUAGES = ("en", "it", "de", "fr", "es")


@dataclass(frozen=True, slots=True)
class LabelWords:
    """The words of one language, by its code of ISO 639. The names of months begin with January and those of days with
    Monday. The names of holidays are given by what these are called in the code, and those of seasons by
    the months in which they begin in the north."""

    code: str
    months: Sequence[str]
    weekdays: Sequence[str]
    holidays: Mapping[str, str] = field(default_factory=dict)
    seasons: Mapping[int, str] = field(default_factory=dict)

    def say(self, english: str, *values: object) -> str:
        """Returns a label of the table in this language, with the values in place of its braces."""
        said = self._template(english).format(*values)
        return _ELIDED.sub(r"\1ll'", said) if self.code == "it" else said

    def day(self, day: int, month: int, year: int | None = None) -> str:
        """Returns a day, of any year if none is given."""
        template = self._template("{day} {month} {year}" if year is not None else "{day} {month}")
        return template.format(day=day, month=self.month(month), year=year)

    def month(self, month: int, year: int | None = None) -> str:
        name = self.months[month - 1]
        return name if year is None else self._template("{month} {year}").format(month=name, year=year)

    def range(self, first: str, last: str) -> str:
        return first if first == last else self.say("{} to {}", first, last)

    def _template(self, english: str) -> str:
        return english if self.code == "en" else _table()[english][_LANGUAGES.index(self.code)]


@cache
def _table() -> Mapping[str, Sequence[str]]:
    lines = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    return {line[0]: line for line in lines}


ENGLISH_LABELS = LabelWords(
    "en",
    (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    ),
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
)
