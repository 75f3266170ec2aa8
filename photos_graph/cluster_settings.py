"""The settings of work that the machines of a cluster do."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from photos_graph.setting_groups import Folder, SettingsGroup


class ClusterSettings(SettingsGroup):
    """Work on files by the machines of a Dask cluster, in place of the processes of the service."""

    scheduler: str | None = Field(
        None,
        pattern=r"^(tcp|tls)://.+:\d+$",
        description="The address of the scheduler, such as tls://10.0.0.5:8786. If it is unset, the service does all "
        "work by itself.",
    )
    allow_plain: bool = Field(
        False,
        description="Whether a scheduler on another machine may be reached without TLS. Everybody who reaches it can "
        "run code on all machines of the cluster, so the network has to be private.",
    )
    tls_authority: Folder | None = Field(
        None, description="The certificate of the authority that signed those of the cluster, for tls://."
    )
    tls_certificate: Folder | None = Field(None, description="The certificate of this service or worker, for tls://.")
    tls_key: Folder | None = Field(None, description="The key of that certificate.")
    paths: dict[Folder, Path] = Field(
        default_factory=dict,
        description="Where workers have the folders of the service, if they are elsewhere: folders of originals, and "
        "that of models.",
    )
    dashboard: str | None = Field(
        None,
        pattern=r"^https?://",
        description="The address of the scheduler's dashboard for people, if it is not the one that the scheduler "
        "tells.",
    )
    worker_host: str | None = Field(
        None, description="The address of a worker at which the scheduler and other workers reach it."
    )

    @model_validator(mode="after")
    def _is_guarded(self) -> Self:
        scheduler = self.scheduler or ""
        if scheduler.startswith("tcp://") and not self.allow_plain and not _is_this_machine(scheduler):
            raise ValueError(
                "everybody who reaches the scheduler runs code: use tls://, or cluster.allow_plain in a private network"
            )
        if scheduler.startswith("tls://") and None in (self.tls_authority, self.tls_certificate, self.tls_key):
            raise ValueError("tls:// needs cluster.tls_authority, cluster.tls_certificate and cluster.tls_key")
        return self


def _is_this_machine(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
