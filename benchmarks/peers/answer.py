"""Runs a bare Starlette application that answers each request with the bytes of a file as JSON: ``... PORT FILE``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def main(port: int, file: Path) -> None:
    body = file.read_bytes()

    async def answer(request: Request) -> Response:
        await request.body()
        return Response(body, media_type="application/json")

    app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])])
    uvicorn.run(app, port=port, log_level="warning", access_log=False)  # as photos_graph.serving has it


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
