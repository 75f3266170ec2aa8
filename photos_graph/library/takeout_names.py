"""Finds the JSON file that Google Takeout wrote for a photo, by name.

``IMG_1.jpg`` has ``IMG_1.jpg.json`` or ``IMG_1.jpg.supplemental-metadata.json``. The name before ``.json`` is cut off
after 46 characters. A second photo of that name is ``IMG_1(1).jpg``, and its JSON has the number at its end. A photo
that was edited has the JSON of its original.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from photos_graph.library.shot_names import EDITED_BY_GOOGLE

_SUPPLEMENT = "supplemental-metadata"
_CUT_AFTER = 46  # characters
_NUMBER = re.compile(r"\((\d{1,4})\)$")
_EDITED = re.compile(rf"-(?:{EDITED_BY_GOOGLE})$", re.IGNORECASE)

Title = tuple[str, str]  # the name of a photo, folded, and the number that tells it from others of that name


class TakeoutNames:
    """The JSON files of one folder, by the photos to which they belong."""

    def __init__(self, names: Iterable[bytes]) -> None:
        self._by_title: dict[Title, bytes] = {}
        self._cut: dict[Title, list[tuple[str, bytes]]] = {}  # by the first characters of the title
        for name in sorted(names):
            title, number = _numbered(_folded(name)[: -len(".json")])
            self._by_title.setdefault((_without_supplement(title), number), name)
            self._by_title.setdefault((title, number), name)
            if len(title) >= _CUT_AFTER - len(number) - 2:
                self._cut.setdefault((title[: _CUT_AFTER // 2], number), []).append((title, name))

    def of(self, photo: bytes) -> bytes | None:
        """Returns the name of the photo's JSON file, or None."""
        for title, number in _titles(_folded(photo)):
            if found := self._by_title.get((title, number)) or self._cut_off(title, number):
                return found
        return None

    def _cut_off(self, title: str, number: str) -> bytes | None:
        whole = f"{title}.{_SUPPLEMENT}"
        fitting = [
            name for start, name in self._cut.get((title[: _CUT_AFTER // 2], number), ()) if whole.startswith(start)
        ]
        return fitting[0] if len(fitting) == 1 else None


def _titles(name: str) -> Iterator[Title]:
    """Yields the titles that a photo of that name may have, the most likely first."""
    stem, dot, extension = name.rpartition(".")
    if not dot:
        stem, extension = name, ""
    plain, number = _numbered(stem)
    if number:
        yield f"{plain}{dot}{extension}", number
    yield name, ""
    for edited in dict.fromkeys((plain, stem)):
        original = _EDITED.sub("", edited)
        if original != edited:
            second, other = _numbered(original)
            yield f"{second if other else original}{dot}{extension}", other or number
            yield f"{original}{dot}{extension}", ""
    if dot:
        yield stem, ""  # a title without an extension


def _numbered(text: str) -> tuple[str, str]:
    match = _NUMBER.search(text)
    return (text[: match.start()], match[1]) if match else (text, "")


def _without_supplement(title: str) -> str:
    start, dot, end = title.rpartition(".")
    return start if dot and start and _SUPPLEMENT.startswith(end) else title


def _folded(name: bytes) -> str:
    return unicodedata.normalize("NFC", name.decode("utf-8", "surrogateescape")).casefold()
