"""GraphQL over HTTP (POST of JSON) and over WebSocket (graphql-transport-ws)."""

from __future__ import annotations

from json import JSONDecodeError
from typing import Any

from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.unset import UnsetType

from photos_graph.auth import Signer, Tokens
from photos_graph.errors import BadInput, Unauthenticated, Unavailable
from photos_graph.settings import WebSettings
from photos_graph.web.answers import error_answer
from photos_graph.web.state import services_of
from resolvers.context import Context
from resolvers.errors import public
from resolvers.loaders import Loaders
from resolvers.schema import Schema

MAX_BODY_BYTES = 4 * 1024 * 1024  # 10,000 ids are about 600 kB
MAX_OPERATIONS = 50  # open on one WebSocket
GRAPHQL_JSON = "application/graphql-response+json"


class GraphQLTransport(GraphQL[Context, None]):
    """Finds the viewer in ``scope["state"]``. A WebSocket without a viewer sends a token when it opens."""

    def __init__(self, schema: Schema, tokens: Tokens, signer: Signer, settings: WebSettings) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            allowed_origins=settings.origins,
            max_subscriptions_per_connection=MAX_OPERATIONS,
        )
        self._tokens = tokens
        self._signer = signer
        self._nodes = settings.max_cost

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        try:
            response = await self.run(Request(scope, _limited(receive)))
        except HTTPException as error:
            response = error_answer(BadInput(error.reason))
        await response(scope, receive, send)

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Raises Unavailable while the service starts. A WebSocket learns this when it opens."""
        is_socket = isinstance(request, WebSocket)
        try:
            services = services_of(request)
        except Unavailable:
            if not is_socket:
                raise
            return Context(self._signer, request.state.viewer, None, None)
        loaders = Loaders(services, cache=not is_socket)
        return Context(self._signer, request.state.viewer, services, loaders, nodes_left=self._nodes)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Closes the connection with 4403 if the viewer is unknown or if the service is starting."""
        try:
            _ = context.services
            if context.viewer is None:
                context.viewer = self._tokens.viewer(_bearer(context.connection_params))
        except (Unauthenticated, Unavailable) as error:
            raise ConnectionRejectionError({"message": error.public_message, "code": error.code}) from None
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError for any invalid JSON, including text that is not UTF-8 and endless nesting."""
        try:
            return super().decode_json(data)
        except JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise JSONDecodeError("The request is not valid JSON.", "", 0) from error

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        result = await super().execute_single(request, request_adapter, sub_response, context, root_value, request_data)
        if isinstance(result, PreExecutionError) and sub_response.media_type == GRAPHQL_JSON:
            sub_response.status_code = 400
        return result

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        # Errors outside of an operation do not pass through the extensions of the schema.
        errors = [each if "code" in (each.extensions or {}) else public(each) for each in result.errors or ()]
        result.errors = errors or None
        answer = await super().process_result(request, result)
        if isinstance(result, PreExecutionError):
            answer.pop("data", None)  # nothing was executed, which differs from an answer of null
        return answer

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """A response that only carries the status and the media type of the answer."""
        response = await super().get_sub_response(request)
        accepted = request.headers.get("accept", "").lower()
        response.media_type = "application/json" if "application/json" in accepted else GRAPHQL_JSON
        if GRAPHQL_JSON in accepted:
            response.media_type = GRAPHQL_JSON
        return response

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        response = super().create_response(response_data, sub_response)
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8"
        response.headers["cache-control"] = "no-store"
        return response


def _bearer(params: Any) -> str:
    """Raises Unauthenticated."""
    given = params.get("Authorization") if isinstance(params, dict) else None
    scheme, _, token = str(given or "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated('Send {"Authorization": "Bearer ..."} with connection_init.')
    return token.strip()


def _limited(receive: Receive) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise BadInput(f"A request may have up to {MAX_BODY_BYTES // 1024**2} MiB.")
        return message

    return counted
