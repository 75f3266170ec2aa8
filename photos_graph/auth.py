"""Viewers and their roles: pure functions over tokens, sessions and signed URLs.

Tokens are compared by their hashes, in constant time. A browser holds a session instead of a token: it names the
token by a part of its hash, and it expires. A signed URL opens one picture and nothing else, so it may appear
in an ``<img>``.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from photos_graph.errors import Forbidden, Unauthenticated
from photos_graph.model.access import Role

SESSION_SECONDS = 30 * 86_400
_RANK = {Role.VIEWER: 0, Role.EDITOR: 1, Role.OWNER: 2}
_SIGNATURE_BYTES = 18  # 144 bits, 24 characters


@dataclass(frozen=True, slots=True)
class Viewer:
    name: str
    role: Role


def require(viewer: Viewer, role: Role) -> None:
    """Raises Forbidden."""
    if _RANK[viewer.role] < _RANK[role]:
        raise Forbidden(f"This requires the role {role.value}, and yours is {viewer.role.value}.")


class Tokens:
    """The known tokens with their roles. A token with several roles has the highest of them."""

    def __init__(self, tokens: Mapping[Role, str]) -> None:
        by_rank = sorted(tokens.items(), key=lambda item: _RANK[item[0]])
        self._viewers = {_hash(token): Viewer(role.value.lower(), role) for role, token in by_rank if token}

    def viewer(self, token: str) -> Viewer:
        """Raises Unauthenticated."""
        return self._viewers[self._known(token)]

    def _known(self, token: str) -> bytes:
        given = _hash(token)
        found = [known for known in self._viewers if hmac.compare_digest(known, given)]
        if not found:
            raise Unauthenticated("This token is not known. It was shown at the first start of the service.")
        return found[0]

    def open_session(self, token: str, signer: Signer, now: float) -> str:
        """Returns the value of a cookie that replaces ``token`` until it expires. Raises Unauthenticated."""
        claim = f"{self._known(token).hex()[:32]}.{int(now) + SESSION_SECONDS}"
        return f"{claim}.{signer.sign('session', claim)}"

    def viewer_of_session(self, session: str, signer: Signer, now: float) -> Viewer:
        """Raises Unauthenticated if the session is forged or expired, or if its token is not known any more."""
        claim, _, signature = session.rpartition(".")
        if not signer.verify(signature, "session", claim):
            raise Unauthenticated("This session is not valid. Sign in again.")
        name, _, expires = claim.partition(".")
        if int(expires) <= now:
            raise Unauthenticated("This session has expired. Sign in again.")
        return self._named(name)

    def open_access(self, token: str, origin: str, signer: Signer, now: float, seconds: int) -> str:
        """Returns the value of a cookie by which pages of ``origin`` act for ``token`` for some seconds, and which they
        can renew as long as a session lasts. Raises Unauthenticated."""
        return _access(self._known(token).hex()[:32], int(now) + SESSION_SECONDS, origin, signer, now, seconds)

    def renew_access(self, access: str, origin: str, signer: Signer, now: float, seconds: int) -> str:
        """Raises Unauthenticated like ``viewer_of_access``."""
        self.viewer_of_access(access, origin, signer, now)
        name, end, *_ = access.split(".")
        return _access(name, int(end), origin, signer, now, seconds)

    def viewer_of_access(self, access: str, origin: str, signer: Signer, now: float) -> Viewer:
        """Raises Unauthenticated if the cookie is forged, of another origin or expired, or if its token is not known
        any more."""
        claim, _, signature = access.rpartition(".")
        if not signer.verify(signature, "access", origin, claim):
            raise Unauthenticated("This access is not valid. Send the token to /session.")
        name, _, expires = claim.split(".")
        if int(expires) <= now:
            raise Unauthenticated("This access has expired. Send the token to /session.")
        return self._named(name)

    def _named(self, name: str) -> Viewer:
        for known, viewer in self._viewers.items():
            if known.hex()[:32] == name:
                return viewer
        raise Unauthenticated("The token of this session has been changed. Sign in again.")


class Signer:
    """Signs texts with HMAC-SHA256 and a key of the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def sign(self, *parts: str) -> str:
        """Returns a signature of 24 characters that are safe in a URL."""
        # Lengths go first, so that two different lists of parts never give the same bytes.
        encoded = [part.encode() for part in parts]
        message = b"".join([len(part).to_bytes(4, "big") + part for part in encoded])
        digest = hmac.digest(self._key, message, "sha256")[:_SIGNATURE_BYTES]
        return base64.urlsafe_b64encode(digest).decode()

    def verify(self, signature: str, *parts: str) -> bool:
        return hmac.compare_digest(signature.encode(), self.sign(*parts).encode())


def _access(name: str, end: int, origin: str, signer: Signer, now: float, seconds: int) -> str:
    claim = f"{name}.{end}.{min(int(now) + seconds, end)}"
    return f"{claim}.{signer.sign('access', origin, claim)}"


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
