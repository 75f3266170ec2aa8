"""``python -m tests.owner [--pictures DIR]`` plays the owner and says how many seconds and clicks each story took."""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from photos_graph.demo import make_demo
from tests.kit.chromium import chromium
from tests.kit.commands import COMMAND
from tests.kit.corpora import CORPORA
from tests.kit.engines import free_port
from tests.kit.made_corpora import make
from tests.kit.waiting import PATIENCE
from tests.owner.hands import Hands
from tests.owner.library import DEMO, WHOLE, Home, make_library
from tests.owner.stories import stories

SIGN_IN = re.compile(r"https?://\S+/login\?token=\S+")


def main() -> int:
    """Returns the exit code: 0 if every story ended well and the browser had no complaint."""
    parser = argparse.ArgumentParser(prog="python -m tests.owner", description="Plays an owner in a real browser.")
    parser.add_argument("--pictures", type=Path, help="where the screenshots go; by default, they are not kept")
    parser.add_argument("--demo", action="store_true", help="with the demonstration library alone, which may be shown")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="owner-") as folder:
        return asyncio.run(_played(Path(folder), given.pictures, DEMO if given.demo else WHOLE))


async def _played(folder: Path, pictures: Path | None, home: Home) -> int:
    if not CORPORA.is_dir():
        make()
    count = make_demo(folder / "Pictures") if home is DEMO else make_library(folder / "Pictures")
    print(f"A library of {count} pictures.", flush=True)
    began = time.monotonic()
    log = folder / "log"
    with log.open("wb") as output:
        service = await asyncio.create_subprocess_exec(
            COMMAND,
            *("serve", folder / "Pictures", "--data-dir", folder / "data", "--port", str(free_port())),
            env={name: value for name, value in os.environ.items() if not name.startswith("PHOTOS_")},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        address = await _address(log, service)
        print(f"The service told its address after {time.monotonic() - began:.1f} s.", flush=True)
        async with chromium(folder / "chromium") as page:
            hands = Hands(home, page, pictures or folder / "pictures")
            with hands.story("sign in, and see the first picture"):
                await page.go(address)
                await hands.sees("[...document.images].some(each => each.complete && each.naturalWidth)")
            for name, story in stories(home).items():
                with hands.story(name):
                    await story(hands)
            for complaint in page.complaints:
                print(f"The browser complains: {complaint}", file=sys.stderr)
        return 1 if page.complaints else 0
    except BaseException:
        print(log.read_text(), file=sys.stderr)
        raise
    finally:
        service.terminate()
        await service.wait()


async def _address(log: Path, service: asyncio.subprocess.Process) -> str:
    """Waits for the address that the service prints."""
    async with asyncio.timeout(PATIENCE):
        while not (found := SIGN_IN.search(log.read_text())):
            assert service.returncode is None, log.read_text()
            await asyncio.sleep(0.1)
    return found.group(0)


if __name__ == "__main__":
    sys.exit(main())
