"""Runs commands of the program one after the other in one process, which is started and imports only once. Reads the
arguments of all of them as JSON, and prints what came of each."""

from __future__ import annotations

import contextlib
import io
import json
import sys

from photos_graph.cli import main


def ended(arguments: list[str]) -> dict[str, object]:
    """Runs a command and returns its exit code and what it printed."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["photos-graph", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return {"code": code, "out": out.getvalue(), "err": err.getvalue()}


if __name__ == "__main__":
    print(json.dumps([ended(arguments) for arguments in json.load(sys.stdin)]))
