"""Signed addresses of pictures. Each gives access to a single rendition of a photo or of a face, to one original, or to
the moving part of one photo, until a day, and as long as the token is valid by which it was asked for.

    /media/<photo>-<version>/<what>?e=<day>&g=<grant>&k=<version of the key>&s=<signature>

``e`` is the number of days since 1970 after which it stops working. It changes only every ``days`` days, on another day
for each photo, so that browsers and proxies keep what they have for most of the time.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from photos_graph.access.credentials import Access
from photos_graph.access.signing import Keys
from photos_graph.errors import Forbidden
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.access import AccessToken
from photos_graph.model.images import ThumbnailFormat

ORIGINAL, MOTION = "original", "motion"
FILES = frozenset({ORIGINAL, MOTION})  # which are served as they are on disk

VERSION_DIGITS = 8  # of the content hash
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class MediaAddresses:
    """Makes the addresses that a viewer gets. They work for ``days`` to twice as many days. ``grant``: of the token by
    which the viewer is known; ``base``: what goes before the path, or ""."""

    keys: Keys
    grant: str
    days: int
    base: str = ""

    def thumbnail(self, photo_key: str, size: RenditionSize, format: ThumbnailFormat) -> str:
        return self._address(photo_key, _rendition(size, format))

    def original(self, photo_id: str, content_hash: str) -> str:
        """Returns the address of an original. It changes with the bytes of the file, because a browser may keep
        them."""
        return self._address(f"{photo_id}-{content_hash[:VERSION_DIGITS]}", ORIGINAL)

    def motion(self, photo_id: str) -> str:
        return self._address(photo_id, MOTION)

    def _address(self, named: str, what: str) -> str:
        """``named`` is the photo and, after a hyphen, the version of its look or of its bytes."""
        end = str(_end(named, self.days))
        signature = self.keys.sign("media", named, what, end, self.grant)
        return f"{self.base}/media/{named}/{what}?e={end}&g={self.grant}&k={self.keys.version}&s={signature}"


def check_address(access: Access, named: str, what: str, query: Mapping[str, str]) -> AccessToken:
    """Returns the token for which an address was made.

    Raises Forbidden if this service did not sign it, or if its time is over, Unauthenticated if the token is not valid
    any more, and Unavailable while the service starts.
    """
    end, grant, version = query.get("e", ""), query.get("g", ""), query.get("k", "")
    is_number = version.isascii() and version.isdecimal() and len(version) < 10
    if not is_number or not access.keys.verify(int(version), query.get("s", ""), "media", named, what, end, grant):
        raise Forbidden(
            "This address is not signed by this service. Open the page of the photo, or query it again through GraphQL."
        )
    if int(end) * _DAY_SECONDS <= time.time():
        raise Forbidden(
            "The time of this address is over. Open the page of the photo, or query it again through GraphQL."
        )
    return access.token_of_grant(grant)


def _end(named: str, days: int) -> int:
    today = int(time.time()) // _DAY_SECONDS
    phase = zlib.crc32(named.encode()) % days
    return ((today - phase) // days + 2) * days + phase


@lru_cache(256)
def _rendition(size: RenditionSize, format: ThumbnailFormat) -> str:
    return f"{size}.{format}".lower()
