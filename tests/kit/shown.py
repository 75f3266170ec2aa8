"""What a client sees of a decoded picture."""

from __future__ import annotations

import PIL.Image

from photos_graph.images.decoding import Decoded
from photos_graph.images.encoding import encode
from photos_graph.model.images import ThumbnailFormat
from tests.kit.pictures import opened


def shown(decoded: Decoded) -> PIL.Image.Image:
    return opened(encode(decoded.image, ThumbnailFormat.JPEG, 95))
