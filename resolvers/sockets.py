"""GraphQL over WebSocket, with the protocol graphql-transport-ws."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import (
    ConnectionInitMessage,
    Message,
    SubscribeMessage,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from photos_graph.errors import PhotosGraphError, TooComplex, Unavailable
from photos_graph.logs import begin_request
from resolvers.context import Context
from resolvers.errors import not_executed, public
from resolvers.portions import encoded, in_turns
from resolvers.requests import read_request

if TYPE_CHECKING:
    from strawberry.schema.schema import StreamResult

    from resolvers.transport import GraphQLTransport

MAX_OPERATIONS = 50  # open on one WebSocket
TRY_AGAIN_LATER = 1013  # clients of graphql-ws connect again after this code
REASON_BYTES = 123  # that a frame which closes a WebSocket may hold


class Socket(ASGIWebSocketAdapter):
    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Closes the socket for a message with too many values or levels, as for one that is no JSON."""
        try:
            async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
                yield message
        except TooComplex as error:
            await self.close(4400, error.public_message)

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Encodes a large message in portions. Raises WebSocketDisconnected."""
        text = b"".join([portion async for portion in in_turns(encoded(message))]).decode()
        try:
            await self.ws.send_text(text)
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    def let_in(self) -> None:
        """Allows larger messages, since the client is known."""
        if (let_in := self.ws.scope["state"].get("let_in")) is not None:
            let_in()

    async def close(self, code: int, reason: str) -> None:
        shortened = reason.encode("utf-8", "replace")[:REASON_BYTES].decode("utf-8", "ignore")
        await super().close(code, shortened)


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Answers each message. Requests that are refused get an ``error`` message, and the socket stays open; a message
    that the protocol does not know closes it with 4400."""

    async def handle_message(self, message: Message) -> None:
        if (problem := _problem(message)) is not None:
            await self.handle_invalid_message(problem)
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """While the service starts, the socket is closed with a code after which clients try again."""
        try:
            _ = self.context.services
        except Unavailable as error:
            await self.websocket.close(TRY_AGAIN_LATER, error.public_message)
            return
        await super().handle_connection_init(message)
        if self.connection_acknowledged:
            cast("Socket", self.websocket).let_in()

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if not self.connection_acknowledged or message["id"] in self.operations:
            await super().handle_subscribe(message)  # which closes the socket
            return
        begin_request()  # the task of the operation starts with this id
        try:
            if len(self.operations) >= MAX_OPERATIONS:
                raise TooComplex(f"A WebSocket may have {MAX_OPERATIONS} operations open at a time.")
            request = read_request(message["payload"], cast("GraphQLTransport", self.view).documents)
        except PhotosGraphError as error:
            problem = public(GraphQLError(error.public_message, original_error=error))
            await self.send_message({"id": message["id"], "type": "error", "payload": [problem.formatted]})
            return
        payload = {"query": request.query, "variables": request.variables, "operationName": request.operation_name}
        await super().handle_subscribe(cast("SubscribeMessage", {**message, "payload": payload}))

    async def _send_result_stream(self, operation: Operation[Context, None], result_source: StreamResult) -> None:
        async with aclosing(_told_apart(result_source)) as results:
            await super()._send_result_stream(operation, results)

    async def _handle_pre_execution_error(self, operation: Operation[Context, None], result: PreExecutionError) -> None:
        await operation.send_initial_errors([public(each) for each in result.errors or ()])


async def _told_apart(results: StreamResult) -> StreamResult:
    """Passes results on, and marks those of requests that were not executed."""
    async for result in results:
        if isinstance(result, ExecutionResult) and not_executed(result):
            yield PreExecutionError(None, result.errors)
        else:
            yield result


def reject(error: PhotosGraphError) -> ConnectionRejectionError:
    return ConnectionRejectionError({"message": error.public_message, "code": error.code})


def _problem(message: Any) -> str | None:
    """Returns why a message is none of the protocol, or None if it is."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be a JSON object with a type."
    if message["type"] not in ("subscribe", "complete"):
        return None
    if not isinstance(message.get("id"), str) or not message["id"]:
        return "This message needs an id."
    if message["type"] == "subscribe" and not isinstance(message.get("payload"), dict):
        return "A subscribe message needs an object as its payload."
    return None
