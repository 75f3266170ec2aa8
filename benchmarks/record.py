"""Keeps the figures of the newest run of each benchmark, and makes docs/performance.md of them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.report import TITLES, Figure

RECORD = Path(__file__).with_name("figures.json")
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
HEAD = """\
# Performance

The figures of the newest run of each benchmark. `make bench` runs all of them, and `python -m benchmarks NAME --record`
runs one and keeps its figures for this page. [benchmarks.md](benchmarks.md) explains what each measures.

- **peer** is a bare library, or another program, that did the same in the same run, and **ratio** is our figure divided
  by that of the peer.
- **photos** is the size of the library, where the benchmark makes one: `--photos 10000` for a small one,
  `--photos 1000000` for a large one.
- **load** is how many processes wanted one of the two cores during the last 15 minutes of the run, on average. With
  more than two, all times are longer than they would be alone; ratios suffer less.

"""
EXPLAINED = Path(__file__).with_name("explained.md")


def record(name: str, photos: int | None, figures: Sequence[Figure], file: Path = RECORD) -> None:
    """Replaces what is kept of that benchmark with that number of ``photos``."""
    kept: list[dict[str, Any]] = read(file)
    run = {
        "benchmark": name,
        "photos": photos,
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "load": round(os.getloadavg()[2], 1),
        "figures": [figure.cells() for figure in figures],
    }
    others = [each for each in kept if (each["benchmark"], each["photos"]) != (name, photos)]
    runs = sorted([*others, run], key=lambda each: (each["benchmark"], each["photos"] or 0))
    lines = ",\n".join(_lines(each) for each in runs)
    file.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def read(file: Path = RECORD) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    return kept


def _lines(run: dict[str, Any]) -> str:
    """A line for each figure, so that a new run shows what has changed."""
    head = json.dumps({name: value for name, value in run.items() if name != "figures"})
    figures = ",\n".join(f"  {json.dumps(cells)}" for cells in run["figures"])
    return f'{head[:-1]}, "figures": [\n{figures}\n]}}'


def page(order: Iterable[str], file: Path = RECORD) -> str:
    """Returns docs/performance.md, with the benchmarks in the given order."""
    ranks = {name: rank for rank, name in enumerate(order)}
    titles = ("benchmark", "photos", *TITLES, "day, load")
    rows = [titles, ("---",) * len(titles)]
    missed = []
    for run in sorted(read(file), key=lambda each: (ranks[each["benchmark"]], each["photos"] or 0)):
        size = f"{run['photos']:,}" if run["photos"] else ""
        for cells in run["figures"]:
            *before, met = cells
            rows.append((f"`{run['benchmark']}`", size, *before, _met(met), f"{run['day']}, {run['load']}"))
            if met == "no":
                missed.append(f"- `{run['benchmark']}`{f' with {size} photos' if size else ''}: {cells[0]}")
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    listed = "\n".join([*missed, "", EXPLAINED.read_text(encoding="utf-8")]) if missed else "There is none.\n"
    return f"{HEAD}{table}\n\n## Goals that are not met\n\n{listed}"


def _met(cell: str) -> str:
    return "**no**" if cell == "no" else cell
