"""``python -m tests.soak --seeds 1-50 --engine embedded|neo4j|both [--acts 6] [--minutes 30] [--keep FOLDER]``

Prints a table with a line for each seed. The exit code is 1 if something was not true. The folder of a seed that failed
is kept, with the logs of the service and of the engine and with ``soak.log``, which says what happened."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.kit import engines, quick_java
from tests.soak.databases import EmbeddedDatabase, Neo4jDatabase, neo4j_server
from tests.soak.plan import KILLS, plan_of
from tests.soak.run import Result, seed_on

ACTS = 6
SHOWN = 3  # faults of a seed in the table's notes
HEAD = (
    "seed",
    "engine",
    *KILLS,
    "restore",
    "acknowledged",
    "refused",
    "unknown",
    "lost",
    "false",
    "other",
    "seconds",
    "processor",
)


def main(arguments: list[str]) -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description="Kills at random, and compares.")
    parser.add_argument("--seeds", default="1-5", help="a range such as 1-50, or one seed")
    parser.add_argument("--engine", default="embedded", choices=("embedded", "neo4j", "both"))
    parser.add_argument("--acts", type=int, default=ACTS, help=f"how much work a seed has, and kills; default {ACTS}")
    parser.add_argument("--minutes", type=float, help="no seed begins after so many minutes")
    parser.add_argument("--keep", type=Path, help="where the folders of seeds that failed are kept")
    options = parser.parse_args(arguments)
    names = ("embedded", "neo4j") if options.engine == "both" else (options.engine,)
    kept = options.keep or Path(tempfile.mkdtemp(prefix="soak-"))
    end = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    results = []
    print_row(HEAD)
    for result in soak(names, _seeds(options.seeds), options.acts, kept, lambda: time.monotonic() < end):
        results.append(result)
        print_row(_row(result))
        for fault in (*result.lost, *result.false, *result.faults)[:SHOWN]:
            print(f"  {fault[:500]}", flush=True)
        if not result.is_good:
            again = f"python -m tests.soak --seeds {result.seed} --engine {result.engine} --acts {options.acts}"
            print(f"  kept in {kept / _folder(result.engine, result.seed)}; again: {again}", flush=True)
    print_row(_sums(results))
    return 0 if all(result.is_good for result in results) else 1


def soak(
    names: Sequence[str], seeds: range, acts: int, kept: Path, may_begin: Callable[[], bool] = lambda: True
) -> Iterator[Result]:
    """Runs the seeds, one after the other, each on these engines."""
    quick_java.set_up()
    with ExitStack() as closing:
        scratch = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="soak-neo4j-")))
        server = closing.enter_context(neo4j_server(scratch)) if "neo4j" in names else None
        for seed in seeds:
            for name in names:
                if may_begin():
                    yield _run(name, seed, acts, kept, server if name == "neo4j" else None)


def _run(name: str, seed: int, acts: int, kept: Path, server: engines.RunningEngine | None) -> Result:
    folder = kept / _folder(name, seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    began = time.monotonic()
    with (folder / "soak.log").open("w") as log:

        def tell(what: str) -> None:
            print(f"{time.monotonic() - began:6.1f} {what}", file=log, flush=True)

        if server is None:
            database: EmbeddedDatabase | Neo4jDatabase = EmbeddedDatabase(folder / "data")
        else:
            server.clean()
            database = Neo4jDatabase(server, folder / "data")
        result = seed_on(plan_of(seed, acts), database, folder, tell)
    if result.is_good:
        shutil.rmtree(folder, ignore_errors=True)
    return result


def _folder(name: str, seed: int) -> str:
    return f"{name}-{seed}"


def _seeds(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def _row(result: Result) -> tuple[object, ...]:
    kills = (result.kills[kind] for kind in (*KILLS, "restore"))
    counts = (result.acknowledged, result.refused, result.unknown)
    faults = (len(result.lost), len(result.false), len(result.faults))
    return (
        result.seed,
        result.engine,
        *kills,
        *counts,
        *faults,
        round(result.seconds),
        round(result.processor_seconds),
    )


def _sums(results: list[Result]) -> tuple[object, ...]:
    columns = list(zip(*(_row(result)[2:] for result in results), strict=True))
    return (len(results), "seeds", *(sum(map(int, map(str, column))) for column in columns))


def print_row(row: tuple[object, ...]) -> None:
    """Prints a row of the table."""
    print("| " + " | ".join(f"{each!s:>{len(name)}}" for each, name in zip(row, HEAD, strict=True)) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
