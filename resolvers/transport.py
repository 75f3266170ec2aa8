"""GraphQL over HTTP, as JSON or as a stream of events, and over WebSocket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import chain
from json import JSONDecodeError
from typing import Any

from cross_web import AsyncHTTPRequestAdapter
from cross_web import HTTPException as Refusal
from graphql import GraphQLError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.http.base import BaseRequestProtocol
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from photos_graph.access.credentials import Access
from photos_graph.errors import (
    BadInput,
    Busy,
    Conflict,
    Forbidden,
    NotFound,
    PhotosGraphError,
    TimedOut,
    TooComplex,
    Unauthenticated,
    Unavailable,
    UnknownOutcome,
)
from photos_graph.settings import WebSettings
from photos_graph.web.answers import RETRY_SECONDS, error_answer
from photos_graph.web.clients import address_of
from photos_graph.web.negotiation import GRAPHQL_JSON, answers
from photos_graph.web.state import services_of
from resolvers.context import Context
from resolvers.documents import Documents
from resolvers.errors import cause_of, not_executed, public
from resolvers.json_limits import check_json
from resolvers.loaders import Loaders
from resolvers.parsing import is_subscription
from resolvers.portions import encoded, in_turns
from resolvers.requests import read_request
from resolvers.schema import ANSWERED_ONCE, Schema
from resolvers.sockets import Socket, SocketHandler, reject
from resolvers.waiting_sockets import WaitingSockets, refuse

MAX_BODY_BYTES = 4 * 1024 * 1024  # 10,000 ids are about 600 kB
METHODS = ("GET", "HEAD", "OPTIONS", "POST")
ALLOW = {"Allow": ", ".join(METHODS)}
# The errors that the pages of the service get, by their codes.
BY_CODE: Mapping[str, type[PhotosGraphError]] = {
    each.code: each for each in (BadInput, Conflict, Forbidden, NotFound, TooComplex, Unauthenticated, Unavailable)
}


class GraphQLTransport(GraphQL[Context, None]):
    """Finds the viewer in ``scope["state"]``. A WebSocket without a viewer sends a token when it opens."""

    websocket_adapter_class = Socket
    graphql_transport_ws_handler_class = SocketHandler

    def __init__(self, schema: Schema, access: Access, settings: WebSettings, documents: Documents) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=True,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            allowed_origins=settings.origins,
            max_subscriptions_per_connection=None,  # SocketHandler counts them
            connection_init_wait_timeout=timedelta(seconds=settings.init_seconds),
        )
        self.documents = documents
        self._graphql = schema
        self._access = access
        self._strangers = WaitingSockets(settings.waiting_sockets)
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._open_socket(scope, receive, send)
            return
        response = await self._response(scope, receive)
        response.headers.setdefault("vary", "Accept")
        await response(scope, receive, send)

    async def _open_socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._strangers.enter(scope):
            await refuse(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._strangers.leave(scope)

    async def _response(self, scope: Scope, receive: Receive) -> Response:
        if scope["method"] == "OPTIONS":
            return Response(status_code=204, headers=ALLOW)
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        request = Request(asked, _limited(receive))
        try:
            if answers(request.headers.get("accept")).must_stream:
                services_of(request).graph.check_answers()
            return await self.run(request)
        except Refusal as error:
            problem: PhotosGraphError = BadInput(error.reason)
        except PhotosGraphError as error:
            problem = error
        media_type = answers(request.headers.get("accept")).media_type
        return error_answer(problem, {"content-type": f"{media_type}; charset=utf-8"})

    async def answer(self, request: Request, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Answers the query of a page of this service, as the viewer who opened the page. Raises PhotosGraphError."""
        result = await self._graphql.execute(
            document,
            variable_values=dict(variables),
            context_value=await self.get_context(request, Response()),
            allowed_operation_types={OperationType.QUERY},
        )
        for error in map(public, result.errors or ()):
            raise BY_CODE.get(str((error.extensions or {}).get("code")), PhotosGraphError)(error.message)
        data: dict[str, Any] = result.data or {}
        return data

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Raises Unavailable while the service starts. A WebSocket learns this when it opens."""
        try:
            services = services_of(request)
        except Unavailable:
            if not isinstance(request, WebSocket):
                raise
            return Context(self._access, request.state.viewer, None, None, client=address_of(request))
        return Context(
            self._access,
            request.state.viewer,
            services,
            Loaders(services),
            public_url=self._settings.public_url or "",
            media_days=self._settings.media_days,
            viewer_originals=self._settings.viewer_originals,
            client=address_of(request),
            nodes_left=self._settings.max_cost,
        )

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Closes the connection with 4403 if the viewer is unknown."""
        try:
            if context.viewer is None:
                context.viewer = self._access.viewer_of_token(_bearer(context.connection_params), context.client)
        except Unauthenticated as error:
            raise reject(error) from None
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError for any invalid JSON, including text that is not UTF-8, and TooComplex for JSON with
        too many values or levels."""
        check_json(data, self._settings.max_values)
        try:
            return super().decode_json(data)
        except JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise JSONDecodeError("The request is not valid JSON.", "", 0) from error

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        return False  # GraphiQL has a route of its own

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData:
        """Raises BadInput, and HTTPException for a body that is not JSON."""
        if request.method == "GET":
            given: object = self.parse_query_params({k: v for k, v in request.query_params.items() if v})
        else:
            media_type = (request.content_type or "").partition(";")[0].strip().lower()
            if media_type != "application/json":
                raise HTTPException(415, "Send GraphQL as POST with the content type application/json.")
            given = self.parse_json(await request.get_body())
        data = read_request(given, self.documents)
        accepted = answers(request.headers.get("accept"))
        if accepted.must_stream or (
            accepted.may_stream and await is_subscription(self._graphql.reader, data.query or "", data.operation_name)
        ):
            data.protocol = "sse"
        return data

    async def execute_single(
        self,
        request: Request,
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Raises HTTPException for a mutation by GET."""
        is_get = request_adapter.method == "GET"
        try:
            result = await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                operation_name=request_data.operation_name,
                allowed_operation_types={OperationType.QUERY} if is_get else ANSWERED_ONCE,
                operation_extensions=request_data.extensions,
            )
        except CannotGetOperationTypeError as error:
            result = _refused(error.as_http_error_reason())
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.MUTATION:
                raise HTTPException(405, "Send mutations as POST; GET is only for queries.", ALLOW) from None
            result = _refused("Subscriptions need a WebSocket, or the Accept header text/event-stream.")
        if _is_outage(result, context):
            result.data = None
            sub_response.status_code = 503
            sub_response.headers["retry-after"] = str(RETRY_SECONDS)
        elif not_executed(result):
            result = PreExecutionError(None, result.errors)
            sub_response.status_code = _status(result, sub_response)
        return result

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        # Errors outside of an operation do not pass through the extensions of the schema.
        result.errors = [public(each) for each in result.errors or ()] or None
        answer = await super().process_result(request, result)
        if not_executed(result):
            answer.pop("data", None)  # nothing was executed, which differs from an answer of null
        return answer

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """A response that only carries the status and the media type of the answer."""
        response = await super().get_sub_response(request)
        response.media_type = answers(request.headers.get("accept")).media_type
        return response

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """A large answer is encoded, compressed and sent in portions."""
        portions = encoded(response_data)
        first, second = next(portions), next(portions, None)
        response = Response(first) if second is None else StreamingResponse(in_turns(chain((first, second), portions)))
        response.headers.raw.extend(sub_response.headers.raw)
        response.background, response.status_code = sub_response.background, sub_response.status_code or 200
        response.headers["content-type"] = f"{sub_response.media_type}; charset=utf-8"
        response.headers["cache-control"] = "no-store"
        return response


def _refused(message: str) -> ExecutionResult:
    return PreExecutionError(None, [GraphQLError(message)])


def _is_outage(result: ExecutionResult, context: Context) -> bool:
    """Returns whether a request got nothing because the graph cannot be used now, and has changed nothing, so that it
    may be sent again as it is."""
    got_something = any(value is not None for value in (result.data or {}).values())
    changed_something = any(mutation.begun for mutation in context.mutations.values())
    return context.engine_is_away and not got_something and not changed_something


def _status(result: ExecutionResult, response: Response) -> int:
    """Returns the status of a request that was not executed. In application/json, a request that GraphQL refuses has
    the status 200, because its clients expect that."""
    causes = [cause_of(each) for each in result.errors or ()]
    if any(isinstance(cause, TimedOut | UnknownOutcome) for cause in causes):
        return 504
    if any(isinstance(cause, Busy) for cause in causes):
        return 503
    if any((public(each).extensions or {}).get("code") == PhotosGraphError.code for each in result.errors or ()):
        return 500
    return 400 if response.media_type == GRAPHQL_JSON else 200


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
