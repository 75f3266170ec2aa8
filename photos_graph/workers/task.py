"""Tasks: typed functions that run in a child process.

A ``Task`` says where its function is and what that takes and returns, so that the parent can call it without importing
the function's module and the libraries that it needs. Arguments and answers travel as JSON, and both sides validate
what they receive: nothing is unpickled, and a decoder that was taken over cannot hand the parent anything but an answer
of the declared type. Pictures and arrays travel as chunks of raw bytes.

    ROTATE = Task("photos_graph.rotation_child:rotate", RotateArgument, RotateAnswer)  # rotation_tasks.py

    @ROTATE.implementation  # rotation_child.py
    def rotate(argument: RotateArgument, emit: Emit) -> RotateAnswer: ...

    answer, chunks = await pool.call(ROTATE, RotateArgument(...))  # anywhere in the parent
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from pydantic import Base64Bytes, TypeAdapter

__all__ = ["Emit", "Implementation", "RawBytes", "Task"]

Argument = TypeVar("Argument")
Answer = TypeVar("Answer")

Emit = Callable[[bytes], None]
Implementation = Callable[[bytes, Emit], bytes]  # the argument as JSON; returns the answer as JSON

# For fields that hold bytes, such as paths: base64 in JSON, plain bytes in the dataclass.
RawBytes = Base64Bytes


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

    def implementation(self, function: Callable[[Argument, Emit], Answer]) -> Implementation:
        """Decorates the function that ``target`` names."""

        def run(argument: bytes, emit: Emit) -> bytes:
            return self.answers.dump_json(function(self.arguments.validate_json(argument), emit))

        run.typed = True  # type: ignore[attr-defined]
        return run
