"""Names for the entries of one folder that people can read and that are distinct."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from photos_graph.paths import display


def distinct_names(raw_names: Iterable[bytes]) -> dict[bytes, str]:
    """Returns a name for display for each raw name, in the order given. If several names look the same, one of them is
    left as it is.

    That is the one whose bytes are what is shown, or else the first in byte order, whatever the order given. In the
    others, backslashes and bytes that are not ASCII are written as ``\\xNN``.
    """
    plain = {raw: display(raw) for raw in raw_names}
    if len(set(plain.values())) == len(plain):
        return plain
    alike: dict[str, list[bytes]] = defaultdict(list)
    for raw, name in plain.items():
        alike[name].append(raw)
    taken = set(alike)
    for name, group in sorted(alike.items()):
        keeps = min(group, key=lambda raw: (raw != name.encode(), raw))
        for raw in sorted(group):
            if raw != keeps:
                plain[raw] = _escaped(raw, taken)
                taken.add(plain[raw])
    return plain


def _escaped(raw: bytes, taken: set[str]) -> str:
    name = "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in raw)
    while name in taken:  # a file may have exactly this name
        name += "\\"
    return name
