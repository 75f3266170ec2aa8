"""The page at ``/``: the photos by time, or what a text in the search box finds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from photos_graph.web.pages.visits import SitePage, Visit

FIRST = 100  # photos that come with the page; a script gets the others


async def _show(visit: Visit) -> Mapping[str, Any]:
    text = visit.given("q")
    found: dict[str, Any] | None = None
    filter_: dict[str, Any] | None = None
    if text:
        found = (await visit.ask("search", text=text, suggesting=False, first=FIRST))["search"]
        filter_ = json.loads(found["filter"]) if found["filter"] else None
    if found is not None and filter_ is None:  # no filter can say it, so that its months are not known
        photos, months, undated = found["photos"], [], found["photos"]["totalCount"]
    else:
        photos = (found or await visit.ask("grid", first=FIRST))["photos"]
        scrubber = await visit.ask("scrubber", filter=filter_, first=1)
        months, undated = scrubber["timeline"], scrubber["photos"]["facets"]["undated"]
    sections = _sections(months, undated)
    return {
        "title": text or "Photos",
        "text": text,
        "found": found,
        "filter": filter_,
        "photos": photos,
        "sections": sections,
        "shown": list(_divided([edge["node"] for edge in photos["edges"]], sections)),
    }


def _sections(months: Sequence[Mapping[str, Any]], undated: int) -> list[dict[str, Any]]:
    """Returns the months in the order of the list, and what has no date after them."""
    sections = [dict(month) for month in months]
    if undated:
        before = sections[-1]["offset"] + sections[-1]["count"] if sections else 0
        sections.append({"start": None, "count": undated, "offset": before, "cursor": None})
    return sections


def _divided(
    nodes: Sequence[Mapping[str, Any]], sections: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], list[tuple[int, Mapping[str, Any]]]]]:
    """Yields each section that has some of these photos, which begin the list, with them and their places."""
    for section in sections:
        start = section["offset"]
        if start >= len(nodes):
            return
        yield section, list(enumerate(nodes[start : start + section["count"]], start))


GRID = SitePage("/", "grid.html", _show, label="Photos")
