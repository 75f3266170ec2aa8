"""Keyset cursors: the order, the sort key and the number of a photo, opaque to clients.

A cursor states where to continue, not which photo is there. It still works when that photo is gone.
"""

from __future__ import annotations

import base64
import binascii
import struct

from photos_graph.errors import BadInput
from photos_graph.model.search import PhotoOrder

_HEAD = struct.Struct(">BI")  # order, number
_INTEGER = struct.Struct(">q")
_ORDERS = tuple(PhotoOrder)  # a new order goes to the end, or old cursors change their meaning
_MAX_LENGTH = 8192  # characters; a file name has at most 255 bytes


def encode(order: PhotoOrder, key: int | bytes, number: int) -> str:
    raw = _HEAD.pack(_ORDERS.index(order), number) + (key if isinstance(key, bytes) else _INTEGER.pack(key))
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def decode(cursor: str, order: PhotoOrder) -> tuple[int | bytes, int]:
    """Returns the sort key and the photo number.

    Raises BadInput if the text is not a cursor, or is a cursor of another order.
    """
    if len(cursor) > _MAX_LENGTH:
        raise BadInput("This is not a cursor of photos. Take one from `pageInfo` or `edges`.", about=cursor)
    try:
        text = cursor.encode("ascii")
        raw = base64.b64decode(text + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        place, number = _HEAD.unpack_from(raw)
        found = _ORDERS[place]
    except (UnicodeEncodeError, binascii.Error, struct.error, IndexError):
        raise BadInput("This is not a cursor of photos. Take one from `pageInfo` or `edges`.", about=cursor) from None
    if found is not order:
        raise BadInput(f"This cursor belongs to the order {found}, not to {order}.", about=cursor)
    key = raw[_HEAD.size :]
    if order is PhotoOrder.NAME_ASC:
        return key, number
    if len(key) != _INTEGER.size:
        raise BadInput("This is not a cursor of photos. Take one from `pageInfo` or `edges`.", about=cursor)
    return int(_INTEGER.unpack(key)[0]), number
