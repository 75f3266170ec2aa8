"""Reads the keywords of a file: hierarchical ones, which are paths, and plain ones, which never are.

Programs write each keyword several times: as a path, as the last name of the path alone, and in the fields of older
standards. Each keyword is returned once. ``docs/decisions/0017-keywords.md`` explains the rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from xml.parsers import expat

from photos_graph.library.fields import Fields, read_below
from photos_graph.library.keyword_trees import TREE, applied
from photos_graph.library.parts import PREFIX
from photos_graph.names import folded, tag_names, tag_path

PREDICTED_TAGS = f"Xmp.{PREFIX}.PredictedTags"  # paths of keywords that only a model gave

Split = Callable[[str], list[str]]  # takes apart one value of a field


def _by_bar(path: str) -> list[str]:
    return path.split("|")


_PATHS: dict[str, Split] = {
    "Xmp.lr.hierarchicalSubject": _by_bar,
    "Xmp.mediapro.CatalogSets": _by_bar,
    "Xmp.digiKam.TagsList": tag_names,
    TREE: tag_names,  # as ``with_tree`` returns it
    "Xmp.MicrosoftPhoto.LastKeywordXMP": tag_names,
}
_CATEGORIES = "Xmp.acdsee.categories"  # a tree, as XML in one value
_IPTC = "Iptc.Application2.Keywords"
_WORDS = ("Xmp.dc.subject", _IPTC, "Exif.Image.XPKeywords", "Xmp.acdsee.keywords")
_LISTS = {"Exif.Image.XPKeywords"}  # Windows writes all keywords into one value
FIELDS = (*_PATHS, _CATEGORIES, *_WORDS, PREDICTED_TAGS)

_MAX_KEYWORDS, _MAX_LENGTH = 500, 255
_IPTC_BYTES = 64
_OF_DARKTABLE = "darktable"  # above what it notes for itself, such as darktable|format|jpg
_MAX_LISTED_WORDS = 3  # in a part of a value that is taken for a list with commas
# A comma, also those of Chinese and Japanese, but not the one in "1,5".
_COMMA = re.compile(r"(?<!\d),|,(?!\d)|[\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC COMMA}]")
_SEMICOLON = re.compile(r"[;\N{FULLWIDTH SEMICOLON}]")


def keywords(fields: Fields) -> tuple[str, ...]:
    """Returns the paths of the keywords, in the form of ``names.tag_path``: hierarchical keywords first, then plain
    ones that are not part of a path, without those that only a model gave."""
    found: dict[tuple[str, ...], str] = {}
    for names in _hierarchical(fields):
        found.setdefault(_key(names), tag_path(names))
    known = {part for key in found for part in (*key, "/".join(key), "|".join(key))}
    for word in _plain(fields, known):
        found.setdefault(_key([word]), tag_path([word]))
    predicted = {_key(_names(tag_names(value))) for value in fields.get(PREDICTED_TAGS, ())}
    wanted = (path for key, path in found.items() if key not in predicted and key[0] != _OF_DARKTABLE)
    return tuple(islice(wanted, _MAX_KEYWORDS))


def with_tree(fields: Fields, data: memoryview | bytes) -> Fields:
    """Returns the fields with the paths of the tree of keywords, if ``data`` has one."""
    if TREE not in fields:
        return fields
    values, _ = read_below(data, (TREE,))
    return {**fields, TREE: tuple(tag_path(names) for levels in applied(values) if (names := _names(levels)))}


def _hierarchical(fields: Fields) -> Iterator[list[str]]:
    for name, split in _PATHS.items():
        for value in fields.get(name, ()):
            if names := _names(split(value)):
                yield names
    for value in fields.get(_CATEGORIES, ()):
        yield from filter(None, map(_names, _assigned(value)))


def _assigned(tree: str) -> Iterator[list[str]]:
    """Yields the paths of the categories that ACDSee assigned: ``<Category Assigned="1">``, inside its parents."""
    above: list[str] = []
    found: list[list[str]] = []
    assigned: list[bool] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        above.append("")
        assigned.append(attributes.get("Assigned") == "1")

    def text(data: str) -> None:
        above[-1] += data

    def end(name: str) -> None:
        if assigned.pop():
            found.append(list(above))
        above.pop()

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with suppress(expat.ExpatError):  # what comes before an error counts
        parser.Parse(tree if "<!" not in tree else "", True)
    yield from found


def _plain(fields: Fields, known: set[str]) -> Iterator[str]:
    """Yields the plain keywords that are not in ``known``, which holds folded names and paths."""
    longer = {name for field in (*_PATHS, "Xmp.dc.subject") for name in fields.get(field, ())}
    longer |= {part for name in longer for part in re.split(r"[|/]", name)}
    for field in _WORDS:
        values = fields.get(field, ())
        for value in values:
            for word in [value] if folded(value) in known else _listed(value, field, alone=len(values) == 1):
                for name in _names([word]):
                    if folded(name) not in known and not (field == _IPTC and _is_cut(name, longer)):
                        yield name


def _is_cut(name: str, others: Iterable[str]) -> bool:
    """Returns whether the keyword is the start of another one, because IPTC allows it 64 bytes."""
    return len(name.encode()) >= _IPTC_BYTES - 3 and any(each != name and each.startswith(name) for each in others)


def _listed(value: str, field: str, *, alone: bool) -> list[str]:
    """Returns the keywords in a value, which is a list if its field holds lists, or if it is the only value and looks
    like one."""
    if field in _LISTS or (alone and _SEMICOLON.search(value)):
        return _SEMICOLON.split(value)
    parts = [part.strip() for part in _COMMA.split(value)] if alone else []
    return parts if parts and all(part and len(part.split()) <= _MAX_LISTED_WORDS for part in parts) else [value]


def _names(levels: Iterable[str]) -> list[str]:
    plain = (unicodedata.normalize("NFC", level).strip()[:_MAX_LENGTH].strip() for level in levels)
    return [name for name in plain if name]


def _key(names: Iterable[str]) -> tuple[str, ...]:
    # digiKam cannot hold a slash in a name, and writes a backslash instead.
    return tuple(folded(name).replace("\\", "/") for name in names)
