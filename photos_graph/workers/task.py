"""Tasks: typed functions that run in a child process.

A ``Task`` says where its function is and what that takes and returns, so that the parent can call it without importing
the function's module and the libraries that it needs. Arguments and answers travel as JSON, and both sides validate
what they receive: nothing is unpickled, and a decoder that was taken over cannot hand the parent anything but an answer
of the declared type. Pictures and arrays travel as chunks of raw bytes. A file of the library travels as an open
descriptor, since a child does not open paths there.

    ROTATE = Task("photos_graph.rotation_child:rotate", RotateArgument, RotateAnswer)  # rotation_tasks.py

    @ROTATE.implementation  # rotation_child.py
    def rotate(argument: RotateArgument, emit: Emit) -> RotateAnswer: ...

    answer, chunks = await pool.call(ROTATE, RotateArgument(...))  # anywhere in the parent
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Generic, Protocol, TypeVar

from pydantic import Base64Bytes, PlainSerializer, PlainValidator, SerializationInfo, TypeAdapter, ValidationInfo

__all__ = [
    "CHUNK_BYTES",
    "Descriptor",
    "Emit",
    "Implementation",
    "LocalPath",
    "RawBytes",
    "Task",
    "emit_in_chunks",
    "emit_pieces",
]

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

CHUNK_BYTES = 4 * 1024 * 1024


class Emit(Protocol):
    """Hands over to the parent what a task produces while it runs."""

    def __call__(self, chunk: bytes, /) -> None: ...

    def step(self, done: int, total: int) -> None:
        """Reports progress."""


# The argument as JSON, and the descriptors that came with it, or None if the call stays in one process; returns the
# answer as JSON.
Implementation = Callable[[bytes, Emit, Sequence[int] | None], bytes]

# For fields that hold bytes, such as paths of originals: base64 in JSON, plain bytes in the dataclass.
RawBytes = Base64Bytes


def _path(value: Path | str) -> Path:
    return value if isinstance(value, Path) else Path(os.fsdecode(base64.b64decode(value)))


class Sending(list[int]):
    """The descriptors that have to be sent with an argument. ``there`` returns where the receiver has a path."""

    def __init__(self, there: Callable[[Path], Path] = lambda path: path) -> None:
        super().__init__()
        self.there = there


def _path_sent(path: Path, info: SerializationInfo) -> str:
    there = info.context.there(path) if isinstance(info.context, Sending) else path
    return base64.b64encode(os.fsencode(there)).decode()


# For paths in the data directory, whose names need not be Unicode: base64 of the raw path in JSON.
LocalPath = Annotated[Path, PlainValidator(_path), PlainSerializer(_path_sent)]


def _sent(descriptor: int, info: SerializationInfo) -> int:
    """Returns the place of the descriptor among those that are sent with the call."""
    sent = info.context
    if not isinstance(sent, list):  # nothing is sent: the call stays in this process
        return descriptor
    sent.append(descriptor)
    return len(sent) - 1


def _received(value: object, info: ValidationInfo) -> int:
    if not isinstance(value, int):
        raise ValueError("a descriptor is a number")
    return info.context[value] if isinstance(info.context, tuple) else value


# For files that the parent opened: a descriptor on both sides. The parent closes its own after the call, and the child
# closes what it received after the task.
Descriptor = Annotated[int, PlainValidator(_received), PlainSerializer(_sent)]


@dataclass(frozen=True)
class Task(Generic[Argument, Answer]):
    """``target`` is "module:function". ``argument`` and ``answer`` are types that pydantic can validate, dataclasses in
    most cases; ``type(None)`` where there is nothing to pass.
    """

    target: str
    argument: type[Argument]
    answer: type[Answer]

    @property
    def name(self) -> str:
        return self.target.partition(":")[2]

    @cached_property
    def arguments(self) -> TypeAdapter[Argument]:
        return TypeAdapter(self.argument)

    @cached_property
    def answers(self) -> TypeAdapter[Answer]:
        return TypeAdapter(self.answer)

    def pack(self, argument: Argument, there: Callable[[Path], Path] = lambda path: path) -> tuple[bytes, list[int]]:
        """Returns the argument as JSON, and the descriptors that have to be sent with it. ``there`` returns where the
        receiver has a path of ours."""
        descriptors = Sending(there)
        return self.arguments.dump_json(argument, context=descriptors), descriptors

    def implementation(self, function: Callable[[Argument, Emit], Answer]) -> Implementation:
        """Decorates the function that ``target`` names."""

        def run(argument: bytes, emit: Emit, descriptors: Sequence[int] | None) -> bytes:
            context = None if descriptors is None else tuple(descriptors)
            return self.answers.dump_json(function(self.arguments.validate_json(argument, context=context), emit))

        return run


def emit_pieces(pieces: Iterable[memoryview], emit: Emit) -> None:
    for piece in pieces:
        emit_in_chunks(piece, emit)


def emit_in_chunks(data: bytes | memoryview, emit: Emit) -> None:
    view = memoryview(data)
    for start in range(0, len(view), CHUNK_BYTES):
        emit(bytes(view[start : start + CHUNK_BYTES]))
