"""A query that is put together from values cannot be written: the type checker that ``make check`` runs refuses it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

PUT_TOGETHER = """
from photos_graph.graph.engine.connection import Graph


async def find(graph: Graph, name: str) -> None:
    await graph.read("MATCH (n {name: $name}) " + "RETURN n", name=name)
    await graph.read(f"MATCH (n {{name: '{name}'}}) RETURN n")
    await graph.read("MATCH (n:" + name + ") RETURN n")
    await graph.write("MATCH (n:{}) DELETE n".format(name))
    await graph.transaction(lambda transaction: transaction.run("CREATE (:%s)" % name))
"""


def check(*paths: Path) -> subprocess.CompletedProcess[str]:
    ty = Path(sys.executable).with_name("ty")
    options = ["--python", sys.prefix, "--output-format", "concise"]
    return subprocess.run([ty, "check", *options, *paths], cwd=REPOSITORY, capture_output=True, text=True, check=False)


def test_queries_put_together_from_values_are_refused(tmp_path: Path) -> None:
    example = tmp_path / "put_together.py"
    example.write_text(PUT_TOGETHER)
    done = check(example)
    refused = [int(line.split(":")[1]) for line in done.stdout.splitlines() if "LiteralString" in line]
    assert refused == [7, 8, 9, 10], done.stdout
    assert done.returncode == 1
