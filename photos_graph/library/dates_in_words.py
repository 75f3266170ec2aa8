"""Reads dates that people write in words, in the languages of western Europe: 12. Juni 1987, summer of 1987."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from photos_graph.model.library import DatePrecision

_BY_MONTH = (
    "january januar jänner januari janvier gennaio enero janeiro",
    "february februar februari février fevrier febbraio febrero fevereiro",
    "march märz maerz maart mars marzo março marco",
    "april avril aprile abril",
    "may mai mei maggio mayo maio",
    "june juni juin giugno junio junho",
    "july juli juillet luglio julio julho",
    "august augustus août aout agosto",
    "september septembre settembre septiembre setembro",
    "october oktober octobre ottobre octubre outubro",
    "november novembre noviembre novembro",
    "december dezember décembre decembre dicembre diciembre dezembro",
)
_MONTHS = {name: number for number, names in enumerate(_BY_MONTH, 1) for name in names.split()}

# A number of four digits after one of these words is a year.
_BEFORE_A_YEAR = [
    *("circa", "ca", "spring", "summer", "autumn", "winter", "christmas", "easter"),
    *("frühling", "frühjahr", "sommer", "herbst", "weihnachten", "ostern"),
    *("printemps", "été", "automne", "hiver", "noël", "pâques"),
    *("primavera", "estate", "autunno", "inverno", "natale", "pasqua"),
    *("verano", "otoño", "invierno", "navidad", "verão", "outono", "natal"),
    *("lente", "zomer", "herfst", "kerstmis"),
]
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?:\b(?P<day>\d\d?)(?:\.|st|nd|rd|th)?\s+(?:of |de |di )?)?\b(?P<name>{'|'.join(_MONTHS)})\b"
        r"(?:\s+(?P<day_after>\d\d?)(?:st|nd|rd|th)?,)?,?\s+(?:de )?(?P<year>\d{4})\b(?![-.]\d)",
        rf"\b(?:{'|'.join(_BEFORE_A_YEAR)})\.?\s+(?:of )?(?P<year>\d{{4}})\b(?![-.]\d)",
    )
)


def dates_in(text: str) -> Iterator[tuple[datetime, DatePrecision]]:
    """Yields the days, months and years that the text names, each with its start."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            month = _MONTHS[parts["name"].lower()] if "name" in parts else 0
            day = int(parts.get("day") or parts.get("day_after") or 0)
            precision = DatePrecision.DAY if day else DatePrecision.MONTH if month else DatePrecision.YEAR
            try:
                yield datetime(int(parts["year"]), month or 1, day or 1), precision
            except ValueError:  # there is no 32nd of June
                continue
