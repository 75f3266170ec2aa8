"""Which file speaks for a photo: of the files that are there, the one that was changed last, and of these the first by
key.

Files with one picture may say different things about it. The photo shows what the file says that speaks for it.
"""

from __future__ import annotations

from typing import LiteralString

# Finds the file ``f`` that speaks for a photo ``p``, if any is there. It looks at each file of the photo once, since a
# picture may have thousands, such as the cover in each folder of a music collection.
SPEAKER: LiteralString = """CALL (p) {
  MATCH (p)<-[:OF]-(f:File) WHERE f.state = 'PRESENT'
  RETURN f ORDER BY f.mtimeNs DESC, f.key LIMIT 1
}"""

Standing = tuple[int, int, str]


def standing(state: str, mtime_ns: int, key: str) -> Standing:
    """Returns a value by which the files of a photo are sorted, the one that speaks first, and missing ones last."""
    return {"PRESENT": 0, "PENDING": 1}.get(state, 2), -mtime_ns, key
