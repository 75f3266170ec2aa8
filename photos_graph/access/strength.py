"""How hard a token that a person chose would be to guess."""

from __future__ import annotations

import math
import re
import string

LEAST_BITS = 128
_WORD_BITS = math.log2(7776)  # a word out of the lists of Diceware
_WORD = re.compile(r"(?<![^\W_])(?:[A-Z]?[a-z]+|[A-Z]+)(?![^\W_])|[A-Za-z][a-z]{3,}|[A-Z]{4,}")
_REPEATED = re.compile(r"(.{1,3}?)\1{3,}|(.{4,}?)\2+")
_LEAST_CHARACTERS = 8  # that differ
_SETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-_")
_OTHERS = 33  # the other characters of a keyboard


def guessable_bits(token: str) -> float:
    """Returns at most how many bits a guesser has to try.

    Characters count as random ones of the smallest usual set that has them all, and what is repeated counts once. If
    runs of letters make up more than two thirds of the token, they count as words. It is an upper bound: only a token
    that was made by chance is worth as much.
    """
    token = _REPEATED.sub(lambda match: match[1] or match[2], token)
    if len(set(token)) < _LEAST_CHARACTERS:
        return 0.0
    bits = math.log2(_alphabet(token))
    words = [] if _is_hexadecimal(token) else _WORD.findall(token)
    letters = sum(map(len, words))
    if letters * 3 <= len(token) * 2:
        return len(token) * bits
    between = _WORD.sub("", token)
    signs = {character for character in between if not character.isalnum()}  # a sign between words is chosen once
    return len(words) * _WORD_BITS + (sum(map(str.isalnum, between)) + len(signs)) * bits


def _alphabet(token: str) -> int:
    if _is_hexadecimal(token):
        return 16
    used = [known for known in _SETS if not set(known).isdisjoint(token)]
    return sum(map(len, used)) + (0 if set(token) <= set("".join(used)) else _OTHERS)


def _is_hexadecimal(token: str) -> bool:
    return set(token) <= set("0123456789abcdef") or set(token) <= set("0123456789ABCDEF")
