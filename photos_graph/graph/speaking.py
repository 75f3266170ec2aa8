"""Which file speaks for a photo: of the files that are there, the one that was changed last, and of these the first by
key.

Files with one picture may say different things about it. The photo shows what the file says that speaks for it.
"""

from __future__ import annotations

from typing import LiteralString

# A condition on a file ``f`` of a photo ``p``.
SPEAKS: LiteralString = """f.state = 'PRESENT' AND NOT EXISTS {
  MATCH (p)<-[:OF]-(o:File)
  WHERE o.state = 'PRESENT' AND (o.mtimeNs > f.mtimeNs OR (o.mtimeNs = f.mtimeNs AND o.key < f.key)) }"""

Standing = tuple[int, int, str]


def standing(state: str, mtime_ns: int, key: str) -> Standing:
    """Returns a value by which the files of a photo are sorted, the one that speaks first, and missing ones last."""
    return {"PRESENT": 0, "PENDING": 1}.get(state, 2), -mtime_ns, key
