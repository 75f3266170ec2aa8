"""Corrects words that nothing else explains: misspelt words of dates, and German compounds such as "Strandfotos"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from photos_graph.search.language.customs import Customs
from photos_graph.search.language.grammar import Language, PhraseRole
from photos_graph.search.language.languages import GRAMMAR
from photos_graph.search.language.lexicon import Lexicon
from photos_graph.search.language.spelling import MIN_LETTERS, slips
from photos_graph.search.language.tokens import Token, TokenKind

_MIN_ALONE = 7  # letters of a misspelt word that is a date without a number beside it
_MAX_CORRECTED = 10  # words of one text
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
            better = _date_word(token.folded, any(each.folded.isdecimal() for each in beside), dates)
            better = better or _compound(token.folded, lexicon, language)
        found.append(token if better is None else replace(token, folded=better))
        count += better is not None
    return found, count


def _date_word(word: str, is_beside_number: bool, known: Sequence[str]) -> str | None:
    """Returns the word of a date of which another word may be a misspelling. "Augusta" alone is no misspelt August."""
    if not slips(word) or word in GRAMMAR:
        return None
    found = extractOne(word, known, scorer=OSA.distance, score_cutoff=slips(word))
    if found is None or not (is_beside_number or _MIN_ALONE <= len(word) <= len(found[0])):
        return None
    return str(found[0])


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
