"""What a person does in a browser, counted: clicks, and texts that are typed."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kit.chromium import Page
from tests.owner.library import Home

IN_VIEW = "[...document.images].filter(each => each.getBoundingClientRect().top < innerHeight)"


@dataclass(frozen=True, slots=True)
class Told:
    """A story that was played. ``seconds`` are those of the clock."""

    name: str
    seconds: float
    clicks: int
    texts: int


@dataclass(slots=True)
class Hands:
    """The hands of the owner of a ``home`` on one ``page`` of the browser. ``pictures`` is the folder of the
    screenshots, and ``judged`` are the ids of the photos on the sheet that was judged."""

    home: Home
    page: Page
    pictures: Path
    told: list[Told] = field(default_factory=list)
    clicks: int = 0
    texts: int = 0
    judged: list[str] = field(default_factory=list)

    @contextmanager
    def story(self, name: str) -> Iterator[None]:
        """Counts what is done in the block as one story."""
        clicks, texts, began = self.clicks, self.texts, time.monotonic()
        yield
        told = Told(name, time.monotonic() - began, self.clicks - clicks, self.texts - texts)
        self.told.append(told)
        print(f"{told.name}: {told.seconds:.1f} s, {told.clicks} clicks, {told.texts} texts", flush=True)

    async def click(self, selector: str, text: str = "") -> None:
        """Waits for the first visible element of a selector that may be pressed and contains the text, and clicks
        where it is."""
        at = await self.page.until(
            f"""(() => {{
              const found = [...document.querySelectorAll({json.dumps(selector)})].find(each =>
                each.checkVisibility() && !each.disabled && !each.ariaBusy &&
                each.innerText.includes({json.dumps(text)}))
              if (!found) return null
              found.scrollIntoView({{block: "center", behavior: "instant"}})
              const box = found.getBoundingClientRect()
              return [box.x + box.width / 2, box.y + box.height / 2]
            }})()"""
        )
        self.clicks += 1
        await self.page.click(*at)

    async def type(self, selector: str, text: str, enter: bool = True) -> None:
        """Puts the focus on a field, replaces what is in it, and presses Enter."""
        await self.page.until(
            f"""(() => {{
              const found = [...document.querySelectorAll({json.dumps(selector)})].find(each => each.checkVisibility())
              found?.focus(); found?.select(); return !!found
            }})()"""
        )
        self.texts += 1
        await self.page.type(text)
        if enter:
            await self.page.press("Enter")

    async def sees(self, script: str) -> Any:
        """Waits until a script is true, and returns its value."""
        return await self.page.until(script)

    async def picture(self, name: str) -> None:
        """Keeps what the screen shows, with all pictures that are in view."""
        await self.sees(f"document.readyState === 'complete' && {IN_VIEW}.every(each => each.complete)")
        self.pictures.mkdir(parents=True, exist_ok=True)
        (self.pictures / f"{name}.webp").write_bytes(await self.page.screenshot("webp"))
