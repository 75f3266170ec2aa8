"""The keys of an installation: one hashes tokens, and those that sign the addresses of pictures have versions."""

from __future__ import annotations

import base64
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_SIGNATURE_BYTES = 18  # 144 bits, 24 characters


@dataclass(frozen=True, slots=True)
class MediaKey:
    """``until``: seconds since the epoch from which on its signatures are refused, or None for the one in use."""

    key: bytes = field(repr=False)
    until: float | None = None


class Keys:
    """``hashing`` stays for as long as there are tokens, since none would be known without it. ``media`` are the keys
    by version."""

    def __init__(self, hashing: bytes, media: Mapping[int, MediaKey] | None = None) -> None:
        self._hashing = hashing
        self._media = dict(media or {1: MediaKey(hashing)})

    @property
    def version(self) -> int:
        """The version that signs."""
        return max(self._media)

    def use(self, media: Mapping[int, MediaKey]) -> None:
        """Replaces the keys that sign addresses, after they have been rotated."""
        self._media = dict(media)

    def replace(self, hashing: bytes, media: Mapping[int, MediaKey]) -> None:
        """Replaces all keys by those of the other services of the same graph."""
        self._hashing = hashing
        self.use(media)

    def hash(self, secret: str) -> str:
        """Returns a hash of 64 hexadecimal digits, which tells nothing about a token to those who lack the key."""
        return _hmac(self._hashing, "secret", secret).hex()

    def sign(self, *parts: str) -> str:
        """Returns a signature of 24 characters that are safe in a URL."""
        return _signature(self._media[self.version].key, parts)

    def verify(self, version: int, signature: str, *parts: str) -> bool:
        """Returns whether the key of that version made the signature and may still be used."""
        known = self._media.get(version)
        if known is None or (known.until is not None and known.until <= time.time()):
            return False
        return hmac.compare_digest(signature.encode(), _signature(known.key, parts).encode())


def _signature(key: bytes, parts: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(_hmac(key, *parts)[:_SIGNATURE_BYTES]).decode()


def _hmac(key: bytes, *parts: str) -> bytes:
    # Lengths go first, so that two different lists of parts never give the same bytes.
    encoded = [part.encode("utf-8", "surrogatepass") for part in parts]
    return hmac.digest(key, b"".join([len(part).to_bytes(4, "big") + part for part in encoded]), "sha256")
