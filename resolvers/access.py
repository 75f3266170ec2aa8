"""Tokens and sessions: who gets in, and how that ends."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import UNSET

from photos_graph.errors import BadInput
from photos_graph.model import access as model
from photos_graph.search.filter_json import from_json
from resolvers import ids
from resolvers.connections import Node, given
from resolvers.context import Info
from resolvers.enums import Role
from resolvers.filters import PhotoFilter, decode_filter, filter_text
from resolvers.limits import counted
from resolvers.permissions import IsOwner

Scope = Annotated[
    PhotoFilter | None,
    strawberry.argument(
        description="The photos that the token shows, for the role VIEWER: all else does not exist for those who use "
        "it. Names are kept as ids. It shows all photos by default. With `certainty: CONFIRMED`, what a model "
        "guesses shows nothing."
    ),
]


@strawberry.type(
    description="A token, with which a person or a program signs in. Its text is told once, when it is made."
)
class AccessToken(Node):
    name: str = strawberry.field(description="The name that is recorded with the changes of those who use it.")
    role: Role = strawberry.field(description="What it allows.")
    created_at: datetime | None = strawberry.field(description="When it was made, or null for a token of the settings.")
    expires_at: datetime | None = strawberry.field(description="When it stops working, or null if it does not.")
    used_at: datetime | None = strawberry.field(
        description="When it was used last, to the minute, or null if it never was. It is null for a token of the "
        "settings."
    )
    revoked_at: datetime | None = strawberry.field(description="When it was revoked, or null.")
    is_configured: bool = strawberry.field(
        description="Whether it comes from the settings, and so cannot be revoked here."
    )
    scope: str | None = strawberry.field(
        description="The photos that it shows, as JSON that fits `PhotoFilter`, or null if it shows all. "
        "`explainFilter` puts it into words. A scope that names something which is gone shows no photo."
    )

    @classmethod
    def of(cls, own: model.AccessToken) -> AccessToken:
        return cls(
            id=ids.encode("AccessToken", own.id),
            name=own.name,
            role=own.role,
            created_at=own.created_at,
            expires_at=own.expires_at,
            used_at=own.used_at,
            revoked_at=own.revoked_at,
            is_configured=own.is_configured,
            scope=_shown(own.scope),
        )


def _shown(scope: str | None) -> str | None:
    if scope is None:
        return None
    try:
        return filter_text(from_json(scope)) or scope
    except BadInput:  # a later version of the program wrote it
        return scope


def _kept(info: Info, scope: PhotoFilter | None) -> str | None:
    wanted = decode_filter(given(scope))
    return info.context.services.scope(wanted) if wanted is not None else None


@strawberry.type(description="A browser that signed in, or a page of another origin that got access by `/session`.")
class Session(Node):
    token: AccessToken = strawberry.field(description="The token with which it signed in.")
    device: str = strawberry.field(description="What the browser calls itself.")
    address: str = strawberry.field(description="The address from which it signed in.")
    origin: str | None = strawberry.field(
        description="The origin of the page that has access, or null for a page of this service."
    )
    created_at: datetime = strawberry.field(description="When it signed in.")
    used_at: datetime = strawberry.field(description="When it was used last, to the minute.")
    expires_at: datetime = strawberry.field(description="When it ends, unless it is renewed before.")
    is_current: bool = strawberry.field(description="Whether this request was sent in this session.")

    @classmethod
    def of(cls, info: Info, own: model.Session) -> Session:
        return cls(
            id=ids.encode("Session", own.id),
            token=AccessToken.of(info.context.access.token_of_grant(own.grant)),
            device=own.device,
            address=own.address,
            origin=own.origin or None,
            created_at=own.created_at,
            used_at=own.used_at,
            expires_at=own.expires_at,
            is_current=info.context.known_viewer.session == own.id,
        )


def load_access_token(info: Info, id: str) -> AccessToken | None:
    return next((AccessToken.of(token) for token in info.context.access.tokens() if token.id == id), None)


def load_session(info: Info, id: str) -> Session | None:
    return next((Session.of(info, each) for each in info.context.access.sessions() if each.id == id), None)


@strawberry.type(description="A token that was just made.")
class NewTokenPayload:
    token: AccessToken = strawberry.field(description="The token.")
    secret: str = strawberry.field(description="Its text, which cannot be read again. Keep it.")


@strawberry.type
class AccessQueries:
    @strawberry.field(
        permission_classes=[IsOwner],
        description="All tokens: those of the settings, and then the newest first. Those that were revoked or have "
        "expired are among them. A very long list fails with TOO_COMPLEX. Requires the role OWNER.",
    )
    def access_tokens(self, info: Info) -> list[AccessToken] | None:
        return [AccessToken.of(token) for token in counted(info, info.context.access.tokens)]

    @strawberry.field(
        permission_classes=[IsOwner],
        description="The sessions that are open, the one that was used last first. A very long list fails with "
        "TOO_COMPLEX. Requires the role OWNER.",
    )
    def sessions(self, info: Info) -> list[Session] | None:
        return [Session.of(info, session) for session in counted(info, info.context.access.sessions)]


@strawberry.type
class AccessMutations:
    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Makes a token, and returns its text once. Fails with CONFLICT if a token of that name is valid, "
        "with BAD_INPUT if the name cannot be used, if the time is over, or if the scope is not possible, and with "
        "NOT_FOUND if the scope names what is not there. Requires the role OWNER.",
    )
    async def create_access_token(
        self,
        info: Info,
        name: Annotated[str, strawberry.argument(description="A name that tells whose it is, such as Kitchen tablet.")],
        role: Annotated[Role, strawberry.argument(description="What it allows.")],
        expires_at: Annotated[
            datetime | None, strawberry.argument(description="When it stops working. By default it does not.")
        ] = None,
        scope: Scope = UNSET,
    ) -> NewTokenPayload:
        token, secret = await info.context.access.create_token(name, role, expires_at, _kept(info, scope))
        return NewTokenPayload(token=AccessToken.of(token), secret=secret)

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Changes which photos a token of the role VIEWER shows, at once and also where it has signed in "
        "already. Fails with NOT_FOUND if there is no such token, or if the scope names what is not there, and with "
        "BAD_INPUT for another token, or if the scope is not possible. Requires the role OWNER.",
    )
    async def limit_access_token(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of the token.")],
        scope: Annotated[
            PhotoFilter | None, strawberry.argument(description="The photos that it shows from now on. Null: all.")
        ] = UNSET,
    ) -> AccessToken:
        if scope is UNSET:
            raise BadInput("Give a scope, or null for all photos.")
        kept = _kept(info, scope)
        return AccessToken.of(await info.context.access.limit_token(ids.decode("AccessToken", id), kept))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Revokes a token at once: its sessions end, and the addresses of pictures that were given to it "
        "stop working. Fails with NOT_FOUND if there is no such token, and with BAD_INPUT for one of the settings. "
        "Requires the role OWNER.",
    )
    async def revoke_access_token(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the token.")]
    ) -> AccessToken:
        return AccessToken.of(await info.context.access.revoke_token(ids.decode("AccessToken", id)))

    @strawberry.mutation(
        permission_classes=[IsOwner],
        description="Ends a session, which is then signed out. Returns its id. Fails with NOT_FOUND if it is not open. "
        "Requires the role OWNER.",
    )
    async def end_session(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the session.")]
    ) -> strawberry.ID:
        ended = await info.context.access.end_session_of_id(ids.decode("Session", id))
        return ids.encode("Session", ended.id)
