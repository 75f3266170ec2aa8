"""Runs a bare Starlette application that sends the files of a rendition cache: ``... files PORT FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route


def main(port: int, folder: Path) -> None:
    async def send(request: Request) -> FileResponse:
        name = request.path_params["name"]
        return FileResponse(folder / name[:2] / name)

    app = Starlette(routes=[Route("/media/{name}", send)])
    uvicorn.run(app, port=port, log_level="warning", access_log=False)  # as photos_graph.serving has it


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
