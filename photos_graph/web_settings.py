"""The settings of the HTTP server and of GraphQL."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from photos_graph.setting_groups import Folder, SettingsGroup


def _host_name(name: str) -> str:
    if not re.fullmatch(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*", name.lower()):
        raise ValueError("a name has neither a scheme nor a port, for example photos.example.org or *.example.org")
    return name.lower()


class WebSettings(SettingsGroup):
    """The HTTP server and the limits of GraphQL."""

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on. 0 chooses a free one.")
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/?#\s]+(/[^?#\s]*)?$",
        description="The address by which clients reach the service, for example `https://photos.example.org`. "
        "With it, the addresses of pictures are absolute; otherwise they are relative to the service.",
    )
    hosts: tuple[Annotated[str, AfterValidator(_host_name)], ...] = Field(
        (),
        description="The names, for example `photos.example.org` or `*.example.org`, by which it is reached, besides "
        "numeric addresses, `localhost`, and the names in `web.public_url` and `web.origins`. Unless it listens on a "
        "loopback address, it also answers by the name of the machine, names without a dot, and names that end with "
        "`.local`, `.lan`, `.home`, `.home.arpa` or `.internal`. With `*`, it answers by any name.",
    )
    origins: tuple[str, ...] = Field(
        (),
        description="The web origins, besides its own, that may call the service with a token or with the cookie of "
        "`/session`, for example `https://app.example.org`.",
    )
    cors_headers: tuple[str, ...] = Field(
        (
            "Authorization",
            "Content-Type",
            "Range",
            "Last-Event-ID",
            "X-Requested-With",
            "GraphQL-Require-Preflight",
            "Apollo-Require-Preflight",
            "X-Apollo-Operation-Name",
            "X-Apollo-Operation-Id",
            "X-Apollo-Operation-Type",
            "X-Apollo-Cache-Key",
            "ApolloGraphQL-Client-Name",
            "ApolloGraphQL-Client-Version",
            "GraphQL-Client-Name",
            "GraphQL-Client-Version",
            "X-Relay-Operation-Name",
            "X-Request-Id",
            "traceparent",
            "tracestate",
            "baggage",
            "sentry-trace",
        ),
        description="The headers that pages of these origins may send. The default names those of Apollo, Relay and "
        "urql, and those of tracing.",
    )
    access_seconds: int = Field(
        900, ge=60, description="How long the cookie of `/session` works before a page has to renew it."
    )
    media_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="The addresses of pictures work for at least so many days, and for less than twice as many.",
    )
    viewer_originals: bool = Field(
        False,
        description="Whether viewers get the originals, with all that is written in them, and the moving parts of "
        "photos. Thumbnails, which they always get, carry no metadata.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description="The addresses, or networks such as `172.16.0.0/12`, of proxies whose X-Forwarded-For and "
        "X-Forwarded-Proto are believed.",
    )
    keep_alive_seconds: int = Field(
        75,
        ge=1,
        description="How long an idle connection stays open. It should be longer than that of a proxy before the "
        "service, which is often 60.",
    )
    head_seconds: float = Field(
        10, gt=0, description="How long a client may take to send the head of a request, or to open a WebSocket."
    )
    body_seconds: float = Field(
        30, gt=0, description="How long the body of a request may come in at less than 4 kB in such a time."
    )
    init_seconds: float = Field(
        5, gt=0, description="How long a WebSocket may be open before its client says who it is (`connection_init`)."
    )
    max_connections: int = Field(
        1000,
        ge=1,
        description="The largest number of open connections. Fewer are allowed where the system allows fewer open "
        "files.",
    )
    connections_per_address: int = Field(
        100,
        ge=1,
        description="The largest number of open connections of one address. Trusted proxies may have any number.",
    )
    waiting_sockets: int = Field(
        16,
        ge=1,
        description="The largest number of open WebSockets of one address that have not sent `connection_init`.",
    )
    persisted_documents: int = Field(
        1000,
        ge=0,
        description="How many automatically persisted queries are kept in memory, up to 8 MiB. 0 turns them off.",
    )
    documents: Folder | None = Field(
        None,
        description="A JSON file of trusted documents, which clients name as `documentId` or by a hash: an object of "
        "texts by their ids, as Relay and graphql-codegen write it, or Apollo's manifest.",
    )
    only_trusted_documents: bool = Field(
        False, description="Whether only the documents of that file may be run. GraphiQL then runs nothing else either."
    )
    max_depth: int = Field(15, ge=1, description="The deepest selection in a GraphQL document.")
    max_aliases: int = Field(30, ge=1, description="The largest number of aliases in a GraphQL document.")
    max_tokens: int = Field(5000, ge=1, description="The largest number of tokens in a GraphQL document.")
    max_document: int = Field(100_000, ge=1, description="The largest number of characters of a GraphQL document.")
    max_values: int = Field(
        20_000,
        ge=1,
        description="The largest number of values that a GraphQL request may have, as variables and in its document, "
        "where objects and selected fields count several times.",
    )
    max_cost: int = Field(100_000, ge=1, description="The largest number of nodes that a GraphQL document may request.")
    timeout_seconds: float = Field(30, gt=0, description="The longest time that a GraphQL operation may take.")

    metrics: Literal["off", "token", "open"] = Field(
        "token",
        description="Who may read `/metrics`: with `token`, those who have a token of an owner; with `open`, all who "
        "reach the service.",
    )

    @field_validator("public_url")
    @classmethod
    def _without_slash(cls, url: str | None) -> str | None:
        return url.rstrip("/") if url else None
