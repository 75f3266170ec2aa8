"""``python -m tests.owner [--pictures DIR]`` plays the owner and says how many seconds and clicks each story took."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.kit.chromium import chromium
from tests.kit.corpora import CORPORA
from tests.kit.made_corpora import make
from tests.owner.hands import Hands
from tests.owner.library import DEMO, WHOLE, Home
from tests.owner.started import Started, started
from tests.owner.stories import stories


def main() -> int:
    """Returns the exit code: 0 if every story ended well and the browser had no complaint."""
    parser = argparse.ArgumentParser(prog="python -m tests.owner", description="Plays an owner in a real browser.")
    parser.add_argument("--pictures", type=Path, help="where the screenshots go; by default, they are not kept")
    parser.add_argument("--demo", action="store_true", help="with the demonstration library alone, which may be shown")
    parser.add_argument(
        "--make", action="store_true", help="clone what is committed, and start it by `make run`, which installs it"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="owner-") as folder:
        return asyncio.run(_played(Path(folder), given.pictures, DEMO if given.demo else WHOLE, given.make))


async def _played(folder: Path, pictures: Path | None, home: Home, by_make: bool) -> int:
    if not CORPORA.is_dir():
        make()
    async with started(folder, home, by_make) as service, chromium(folder / "chromium") as page:
        hands = Hands(home, page, pictures or folder / "pictures")
        with hands.story("sign in, and see the first picture"):
            await page.go(service.address)
            await hands.sees("[...document.images].some(each => each.complete && each.naturalWidth)")
        await _say_how_soon(service)
        for name, story in stories(home).items():
            with hands.story(name):
                await story(hands)
        for complaint in page.complaints:
            print(f"The browser complains: {complaint}", file=sys.stderr)
        return 1 if page.complaints else 0


async def _say_how_soon(service: Started) -> None:
    seen = time.monotonic()
    scanned = await service.first_photo
    print(f"The first picture was seen {max(seen - scanned, 0):.1f} s after the first photo was scanned.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
