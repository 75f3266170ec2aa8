"""Text that people are shown: what a name of a file, or of anything else, may contain to deceive them is escaped, and
things are counted."""

from __future__ import annotations

import re

# Control characters break terminals and logs; bidirectional marks make "gpj.exe" look like "exe.jpg".
_HARMFUL = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_HARMFUL_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def harmless(text: str, *, lines: bool = False) -> str:
    """Returns a text with every harmful character as ``\\xNN`` or ``\\uNNNN``. With ``lines``, line breaks and tabs
    stay."""
    if text.isascii() and text.isprintable():
        return text
    return (_HARMFUL_IN_LINES if lines else _HARMFUL).sub(_escape, text)


def counted(number: int, noun: str) -> str:
    """Says a number of things: ``counted(1, "photo")`` is "1 photo"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"
