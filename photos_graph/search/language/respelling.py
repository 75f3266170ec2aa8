"""Corrects words that nothing else explains: misspelt words of dates, and German compounds such as "Strandfotos"."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from photos_graph.search.language.customs import Customs
from photos_graph.search.language.grammar import Language
from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.spelling import MIN_LETTERS, is_sure_slip, slips
from photos_graph.search.language.tokens import Token, TokenKind

_MIN_ALONE = 7  # letters of a misspelt word that is a date without a number beside it
_MAX_CORRECTED = 10  # words of one text
_MAX_OFFERED = 3  # words of dates for one word
_COMPOUND = re.compile(r"(.{4,}?)(?:fotos?|bilder|bild|aufnahmen?|fotografien?)")
_LINKS = ("", "s", "n", "es")  # between the parts of a compound


def corrected(
    tokens: Sequence[Token], words: Collection[str], lexicon: Lexicon, language: Language, customs: Customs
) -> tuple[list[Token], int]:
    """Returns the tokens of a text with corrected words, and how many were corrected. Only ``words``, which are folded
    and were not understood, are corrected."""
    found: list[Token] = []
    count = 0
    dates = _date_words(language, customs)
    for at, token in enumerate(tokens):
        better = None
        if token.kind is TokenKind.WORD and token.folded in words and count < _MAX_CORRECTED:
            beside = tokens[max(0, at - 1) : at + 2]
            is_beside_number = any(each.folded.isdecimal() for each in beside)
            better = _date_word(token.folded, is_beside_number, dates, language.months)
            better = better or _compound(token.folded, lexicon, language)
        found.append(token if better is None else replace(token, folded=better))
        count += better is not None
    return found, count


def offered(
    tokens: Sequence[Token], words: Collection[str], languages: Sequence[Language], customs: Customs
) -> Mapping[int, tuple[str, ...]]:
    """Returns words of dates that unknown words may mean, too far from them to correct these, by the tokens at which
    they stand: "julio" for "Julia 2019"."""
    found: dict[int, tuple[str, ...]] = {}
    dates = [_date_words(language, customs) for language in languages]
    for at, token in enumerate(tokens):
        if token.kind is TokenKind.WORD and token.folded in words and len(found) < _MAX_CORRECTED:
            beside = any(each.folded.isdecimal() for each in tokens[max(0, at - 1) : at + 2])
            near = (_near(token.folded, known) for known in dates)
            names = dict.fromkeys(name for each in near for name in each if beside or len(name) >= _MIN_ALONE)
            if names:
                found[at] = tuple(names)[:_MAX_OFFERED]
    return found


def _near(word: str, known: Sequence[str]) -> list[str]:
    """Returns words of dates of which another word may be a misspelling, the nearest first."""
    if not slips(word) or word in GRAMMAR:
        return []
    return [name for name, _, _ in extract(word, known, scorer=OSA.distance, score_cutoff=slips(word), limit=None)]


def _date_word(word: str, is_beside_number: bool, known: Sequence[str], months: Collection[str]) -> str | None:
    """Returns the word of a date of which another word is surely a misspelling: "augst 2019", "septmber". "Augusta",
    "Julia 2019" and "Domenic" may be names."""
    for name in _near(word, known):
        least = MIN_LETTERS if is_beside_number and name in months else _MIN_ALONE
        fits = is_beside_number or len(word) <= len(name)
        if len(word) >= least and fits and is_sure_slip(word, name):
            return name
    return None


def _date_words(language: Language, customs: Customs) -> list[str]:
    days = (PhraseRole.TODAY, PhraseRole.YESTERDAY, PhraseRole.WEEKEND)
    names = {
        *language.months,
        *customs.seasons(language),
        *language.weekdays,
        *language.times,
        *(name for known in customs.holidays(language) for name in known.spans),
        *(phrase for phrase, roles in language.roles.items() if not roles.isdisjoint(days)),
    }
    return sorted(name for name in names if len(name) >= MIN_LETTERS and name.isalpha())


def _compound(word: str, lexicon: Lexicon, language: Language) -> str | None:
    """Returns what the photos of a German compound show, if it is known: "strand" of "strandfotos"."""
    if language.code != "de" or (match := _COMPOUND.fullmatch(word)) is None:
        return None
    parts = (match[1].removesuffix(link) for link in _LINKS if match[1].endswith(link))
    return next((part for part in parts if _is_known(part, lexicon, language)), None)


def _is_known(word: str, lexicon: Lexicon, language: Language) -> bool:
    return lexicon.knows(word) or lexicon.looks_like([word], 0, language) is not None
