"""Opens the pages of the service in a real browser, with the large library: bytes, requests, and how long it takes."""

from __future__ import annotations

import asyncio
import math
import statistics
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from benchmarks.bench import Bench
from benchmarks.fields import SETTLING
from benchmarks.report import Figure, Goal
from benchmarks.screens import furnished
from benchmarks.search.run import environment
from benchmarks.service import TOKEN, Service
from tests.kit.chromium import Page, chromium

TIMES = 15
SLOWEST = Goal(150, at_most=True)  # milliseconds until the HTML of a page begins
PHOTO = "{ photos(first: 1, filter: {}) { nodes { id } } }"
# Milliseconds since the page was asked for, and bytes as they were sent.
TAKEN = """(() => {
  const [page] = performance.getEntriesByType("navigation")
  const parts = performance.getEntriesByType("resource")
  return {
    begins: page.responseStart - page.requestStart, ready: page.domContentLoadedEventEnd, html: page.encodedBodySize,
    requests: 1 + parts.length, all: page.transferSize + parts.reduce((sum, part) => sum + part.transferSize, 0),
    elements: document.querySelectorAll("*").length,
  }
})()"""


def site(bench: Bench) -> list[Figure]:
    with furnished(bench) as settings, Service(settings.data_dir, environment(settings)) as service:
        photo = service.ask(PHOTO)["photos"]["nodes"][0]["id"]
        pages = {
            "photos": "/",
            "found photos": f"/?q={quote('Tag0 in Country1')}",
            "a photo": f"/photo/{photo}",
            "folders": "/folders",
            "a folder": "/folders?path=Pictures",
            "people": "/people",
            "review": "/review",
            "system": "/system",
        }
        return asyncio.run(_opened(bench, service, pages))


async def _opened(bench: Bench, service: Service, pages: Mapping[str, str]) -> list[Figure]:
    await asyncio.sleep(SETTLING)  # what the service prepares after its start is not measured
    address, figures = f"http://127.0.0.1:{service.port}", []
    with bench.scratch() as folder:
        async with chromium(folder) as page:
            await page.go(f"{address}/login?token={TOKEN}")
            await page.until("location.pathname === '/' && document.readyState === 'complete'")
            for name, path in pages.items():
                bench.say(name)
                first, *taken = [await _taken(page, address + path) for _ in range(TIMES + 1)]
                begins = sorted(each["begins"] for each in taken)
                slow = begins[math.ceil(len(begins) * 0.95) - 1]
                ready = statistics.median(each["ready"] for each in taken)
                figures += [
                    Figure(f"{name}: the HTML begins, 95th percentile", slow, "ms", goal=SLOWEST),
                    Figure(f"{name}: it can be used, median", ready, "ms"),
                    Figure(f"{name}: HTML, compressed", first["html"] / 1024, "KiB"),
                    Figure(f"{name}: requests when it is opened", first["requests"], "requests"),
                    Figure(f"{name}: elements", first["elements"], "elements"),
                ]
    return figures


async def _taken(page: Page, address: str) -> Mapping[str, Any]:
    await page.go("about:blank")
    await page.until("location.href === 'about:blank'")
    await page.go(address)
    await page.until("location.href !== 'about:blank' && document.readyState === 'complete'")
    found: Mapping[str, Any] = await page.evaluate(TAKEN)
    return found
