"""Proposes tags from the names of folders, without dates, numbers and the names that cameras give.

"2019-08-14 Gran Sasso hike" gives "Gran Sasso hike"; "100CANON", "IMG_2041" and "New folder (2)" give nothing. Stop
words are removed where a name begins or ends. Within it they are kept, as in "Trip to Rome".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence

from photos_graph.search.folding import fold, words
from photos_graph.search.language.english import ENGLISH
from photos_graph.search.language.italian import ITALIAN
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.search.language.phrase_roles import PhraseRole

# Maps a text to the path of the tag that it names; to () if it names something else, such as a person; to None if it
# is not known.
Known = Callable[[str], tuple[str, ...] | None]

# A folder in DCIM is named by three digits and five characters (100CANON), a file by letters and a number (IMG_2041).
_CAMERA_FOLDER = re.compile(r"[1-9]\d\d(?:[A-Z\d_]{5}|[a-z\d_]{5})", re.ASCII)
_CAMERA_FILE = re.compile(
    r"_?(?:img|dsc[fn]?|pxl|vid|mvi|mov|pict?|sam|sdc|gopr|hpim|kif|cimg|dcp|wp|p|imag)[-_ ]?\d[\w.-]*", re.I | re.ASCII
)
_DIVIDERS = re.compile(r"\s[-\u2013\u2014~|/\\>]+\s|[,;:|+&()\[\]{}\u2013\u2014]")
# Between a number and a word that are written together, as in "Abruzzo-2019" and "20190814Abruzzo".
_SEAM = re.compile(r"(?<=\d)[-.]+(?=[^\W\d])|(?<=[^\W\d])[-.]+(?=\d)|(?<=\d{4})(?=[^\W\d])|(?<=[^\W\d])(?=\d{4})")
_IDENTIFIER = re.compile(r"(?<!\w)(?=[a-f-]*\d)[0-9a-f-]{16,}(?!\w)", re.I | re.ASCII)
_ORDINAL = re.compile(r"\d+([^\W\d]+|[°º])")
_ELISION = re.compile(r"(?:[a-z]{1,5})['\u2019](?=\w{2})", re.I)
_EDGES = "".join(c for c in map(chr, range(33, 127)) if not c.isalnum()) + "\u2019\u2018\u201c\u201d\u00ab\u00bb"

_STOP_ROLES = (PhraseRole.LINK, PhraseRole.FILLER, PhraseRole.AND, PhraseRole.OR, PhraseRole.ME)
# In other languages, an article at the start is more often a part of the name: Las Vegas, Den Haag, Le Mans.
_STOP_WORDS = frozenset(
    phrase
    for language in (ENGLISH, ITALIAN)
    for phrase, roles in language.roles.items()
    if " " not in phrase and not roles.isdisjoint(_STOP_ROLES)
)
_MONTHS = frozenset(month for language in LANGUAGES for month in (*language.months, *language.short_months))
# Months that are also names or words, as in "May" and "Mar Rosso": these are dates only beside a number.
_AMBIGUOUS = frozenset({"may", "march"}).union(*(language.short_months for language in LANGUAGES))


def _trimmed(tokens: Sequence[str]) -> list[str]:
    kept = list(tokens)
    while kept and _is_stop_word(kept[0]):
        kept.pop(0)
    while kept and _is_stop_word(kept[-1]):
        kept.pop()
    return kept


def _is_stop_word(token: str) -> bool:
    return " ".join(words(token)) in _STOP_WORDS


# Names that programs and cameras give, and names without a meaning.
_GENERIC_NAMES = """
DCIM, MISC, private, AVCHD, MP_ROOT, camera, camera roll, camera uploads, saved pictures, screenshots, screenshot,
WhatsApp, Telegram, sent, received, download, downloads, upload, uploads, Google Photos, iCloud Photos, iPhone, Android,
new folder, untitled folder, untitled, folder, album, albums, gallery, backup, import, imported, export, exported,
originals, original, edited, raw, jpg, jpeg, unsorted, sorted, to sort, various, miscellaneous, other, others, temp,
tmp, test, old, new, trash, collection, library, part, day, disc, disk, volume, roll,
rullino, fotocamera, schermate, scaricati, ricevute, inviate, nuova cartella, cartella senza titolo, senza titolo,
cartella, raccolta, galleria, copia, originali, modificate, da ordinare, varie, vario, altro, altre, vecchie, nuove,
prova, parte, giorno, disco, rullo
"""
_GENERIC = frozenset(" ".join(words(" ".join(_trimmed(name.split())))) for name in _GENERIC_NAMES.split(","))


def phrases(folder_name: str) -> list[str]:
    """Returns the meaningful parts of a folder's name, as they are written there."""
    name = "".join(c if c.isprintable() else " " for c in unicodedata.normalize("NFC", folder_name)).strip()
    if _CAMERA_FOLDER.fullmatch(name) or _CAMERA_FILE.fullmatch(name):
        return []
    name = _IDENTIFIER.sub(" ", name)
    parts = (_kept(_SEAM.sub(" ", part).replace("_", " ").split()) for part in _DIVIDERS.split(name))
    return [" ".join(part) for part in parts if _has_meaning(part)]


def proposed_tags(folder_name: str, known: Known) -> list[str]:
    """Returns tags, by name or path, for each phrase of a folder's name: the longest parts that are known, and the
    remaining text around them."""
    found: dict[str, None] = {}
    for phrase in phrases(folder_name):
        for tag in _tags(phrase.split(), known):
            found[tag] = None
    return list(found)


def _tags(tokens: Sequence[str], known: Known) -> Iterator[str]:
    for length in range(len(tokens), 0, -1):
        for start in range(len(tokens) - length + 1):
            part = tokens[start : start + length]
            if (
                not _is_stop_word(part[0])
                and not _is_stop_word(part[-1])
                and (tags := _look_up(part, known)) is not None
            ):
                yield from _left(tokens[:start], known)
                yield from tags
                yield from _left(tokens[start + length :], known)
                return
    yield " ".join(tokens)


def _left(tokens: Sequence[str], known: Known) -> Iterator[str]:
    trimmed = _trimmed(tokens)
    if _has_meaning(trimmed):
        yield from _tags(trimmed, known)


def _look_up(tokens: Sequence[str], known: Known) -> tuple[str, ...] | None:
    """Looks up the text, then the text without an English possessive ("Anna's") or Italian article ("dell'Aquila")."""
    text = " ".join(tokens)
    forms = (text, re.sub(r"['\u2019]s?$", "", text), _ELISION.sub("", text, count=1) if _ELISION.match(text) else text)
    return next((tags for form in dict.fromkeys(forms) if (tags := known(form)) is not None), None)


def _kept(tokens: Iterable[str]) -> list[str]:
    """Removes dates, numbers and punctuation, and stop words at either end."""
    stripped = [token.strip(_EDGES) for token in tokens]
    named = [token for token in stripped if token]
    dated = [any(c.isdigit() for c in token) for token in named]
    kept = []
    for place, token in enumerate(named):
        beside = dated[max(0, place - 1) : place] + dated[place + 1 : place + 2]
        months = [fold(other) in _MONTHS for other in named[max(0, place - 1) : place + 2]]
        if not _is_date(token, any(beside), any(months)):
            kept.append(token)
    return _trimmed(kept)


def _is_date(token: str, beside_number: bool, beside_month: bool) -> bool:
    folded = fold(token)
    if folded in _MONTHS:
        return folded not in _AMBIGUOUS or beside_number
    digits = sum(c.isdigit() for c in token)
    if not digits:
        return False
    if digits >= 4 or not any(c.isalpha() for c in token):
        return True
    return beside_month and _ORDINAL.fullmatch(folded) is not None


def _has_meaning(tokens: Sequence[str]) -> bool:
    folded = " ".join(words(" ".join(tokens)))
    return folded not in _GENERIC and not (len(folded) < 2 and folded.isascii())
