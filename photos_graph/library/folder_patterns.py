"""The folders that never hold photos, and the copies that programs leave when two changes of a file conflict."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Syncthing, Dropbox (in its languages), Nextcloud, ownCloud, Seafile, Synology Drive, Unison, Resilio.
_CONFLICT_COPY = re.compile(
    r"""
    \.sync-conflict-\d{8}-\d{6}
    | \( [^()]* (?: conflict(?:ed|ing)?\ copy | sfconflict | conflict\ \#\d
                  | copia\ in\ conflitto | copie\ en\ conflit | copia\ en\ conflicto | c[oó]pia\ em\ conflito
                  | in\ konflikt\ stehende\ kopie | conflicterende\ kopie )
    | _conflict-\d{8}-\d{6}
    | -\d{4}_\w*conflict (?=\.|$)
    | \.conflict (?:\.\d+)? (?=\.[^.]*$)
    """,
    re.VERBOSE | re.IGNORECASE,
)


class FolderPatterns:
    """Patterns for the end of a folder's path, such as ``@eaDir``, ``*.lrdata`` or ``Android/data/*/cache``.

    An asterisk stands for any part of one name. Case is ignored.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        folded = {pattern.strip("/").casefold() for pattern in patterns}
        self._names = {pattern for pattern in folded if not set("*/") & set(pattern)}
        longer = sorted(folded - self._names)
        # Few folders have the last name of a longer pattern, so that the paths of few are compared.
        self._last = _compiled({pattern.rpartition("/")[2] for pattern in longer})
        self._paths = _compiled(longer)

    def match(self, above: str, name: str) -> bool:
        """Returns whether one of the patterns fits the folder ``name`` in the folder with the path ``above``."""
        name = name.casefold()
        if name in self._names:
            return True
        return bool(self._last.match("/" + name) and self._paths.search(f"/{above.casefold()}/{name}"))


def is_conflict_copy(name: str) -> bool:
    """Returns whether a file has the name that a program for synchronising gives to the other version of a file."""
    return "onfli" in name and _CONFLICT_COPY.search(name) is not None


def _compiled(patterns: Iterable[str]) -> re.Pattern[str]:
    """Returns an expression that finds the patterns at the end of a path that starts with a slash."""
    return re.compile("/(?:" + "|".join(re.escape(each).replace(r"\*", "[^/]*") for each in patterns) + r")\Z")
