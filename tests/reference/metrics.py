"""The metrics of ``/metrics``: those that the process counts, and those that are looked up."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import Metric

from photos_graph.monitoring import PREFIX, Metrics, families
from photos_graph.web.measures import LOOKED_UP

TOP = """# Metrics

`GET /metrics` has these. [Operations](../operations.md#metrics) says who may read it and how it is scraped.
`process_...` and `python_...` describe the process of the service itself.

| metric | type | labels | meaning |
| --- | --- | --- | --- |
"""


def counted() -> Iterator[Metric]:
    metrics = Metrics()  # a family tells its labels when it has a value
    metrics.note_request("/", "GET", 200, 1)
    metrics.note_operation("query", "OK", 1)
    metrics.note_media("small", "hit")
    yield from (family for family in metrics.registry.collect() if family.name.startswith(PREFIX))
    yield from families([measure.of(dict.fromkeys([("",) * len(measure.labels)], 0.0)) for measure in LOOKED_UP])


def page() -> str:
    rows = []
    for family in counted():
        labels = dict.fromkeys(label for sample in family.samples for label in sample.labels if label != "le")
        name = f"{family.name}_total" if family.type == "counter" else family.name
        shown = ", ".join(f"`{label}`" for label in labels)
        rows.append(f"| `{name}` | {family.type} | {shown} | {family.documentation} |")
    return TOP + "\n".join(sorted(rows))
