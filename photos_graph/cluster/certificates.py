"""How services and workers reach a scheduler. Whoever else reaches it runs code on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photos_graph.settings import ClusterSettings

if TYPE_CHECKING:
    from distributed.security import Security


def security(settings: ClusterSettings) -> Security | None:
    """Returns the certificates for a scheduler with tls://, or None for one without."""
    if not (settings.scheduler or "").startswith("tls://"):
        return None
    from distributed.security import Security

    certificate, key = str(settings.tls_certificate), str(settings.tls_key)
    return Security(  # type: ignore[no-untyped-call]
        require_encryption=True,
        tls_ca_file=str(settings.tls_authority),
        tls_client_cert=certificate,
        tls_client_key=key,
        tls_worker_cert=certificate,
        tls_worker_key=key,
    )
