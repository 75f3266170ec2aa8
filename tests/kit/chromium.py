"""A real Chromium, headless, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.kit.waiting import PATIENCE

KEYS = {
    " ": 32,
    "Enter": 13,
    "Escape": 27,
    "End": 35,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}


class Left(RuntimeError):
    """The page was left before it answered."""


class Page:
    """One tab. ``complaints`` holds what its console calls an error, uncaught exceptions, and requests that failed."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.complaints: list[str] = []
        self.requested: list[str] = []
        self._socket = socket
        self._session = ""
        self._pressed = 0.0
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._listening = asyncio.create_task(self._listen())

    async def open(self) -> None:
        target = (await self._call("Target.createTarget", url="about:blank"))["targetId"]
        attached = await self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            await self._call(f"{domain}.enable")

    async def go(self, url: str) -> None:
        await self._call("Page.navigate", url=url)

    async def evaluate(self, script: str) -> Any:
        """Returns the value of an expression, awaited. Fails with what it throws."""
        answer = await self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    async def leave(self, script: str) -> None:
        """Runs a script that leads to another page, after this call has been answered."""
        await self.evaluate(f"setTimeout(() => {{ {script} }}), 0")

    async def until(self, script: str) -> Any:
        """Waits until an expression is true, and returns its value."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    with contextlib.suppress(Left):  # the next page is asked
                        if value := await self.evaluate(script):
                            return value
                    await asyncio.sleep(0.1)
        except TimeoutError:
            text = await self.evaluate("document.body ? document.body.innerText : ''")
            pytest.fail(f"never came true: {script}\ncomplaints: {self.complaints}\nthe page says: {text}")

    async def type(self, text: str) -> None:
        """Types into the element that has the focus."""
        await self._call("Input.insertText", text=text)

    async def press(self, key: str, *, shift: bool = False, later: float = 1.0) -> None:
        """Presses a key, such as "ArrowDown" or " ", as if it was ``later`` by so many seconds than the one before."""
        self._pressed = max(self._pressed + later, time.time() if later >= 1 else 0)
        text = {"text": "\r" if key == "Enter" else key} if len(key) == 1 or key == "Enter" else {}
        given = {
            "key": key,
            "windowsVirtualKeyCode": KEYS.get(key, ord(key[0].upper())),
            "modifiers": 8 if shift else 0,
            "timestamp": self._pressed,
        }
        await self._call("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **given, **text)
        await self._call("Input.dispatchKeyEvent", type="keyUp", **given)

    async def click(self, x: float, y: float, times: int = 1) -> None:
        """Clicks at a place of the view, in CSS pixels, so many times one shortly after the other."""
        for count in range(1, times + 1):
            for event in ("mousePressed", "mouseReleased"):
                await self._call("Input.dispatchMouseEvent", type=event, x=x, y=y, button="left", clickCount=count)

    async def click_at(self, element: str, times: int = 1) -> None:
        """Clicks at the middle of an element, which an expression has."""
        middle = "(({x, y, width, height}) => [x + width / 2, y + height / 2])"
        await self.evaluate(f"{element}.scrollIntoView({{block: 'center', behavior: 'instant'}})")
        x, y = await self.evaluate(f"{middle}({element}.getBoundingClientRect())")
        await self.click(x, y, times)

    async def resize(self, width: int, height: int, *, dark: bool = False) -> None:
        """Gives the page another size, and the colours that somebody prefers."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self._call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self._call("Emulation.setEmulatedMedia", features=[scheme])

    async def screenshot(self, format: str = "png") -> bytes:
        """Returns a picture of what the window shows, as "png" or "webp"."""
        return base64.b64decode((await self._call("Page.captureScreenshot", format=format))["data"])

    async def close(self) -> None:
        self._listening.cancel()
        await asyncio.gather(self._listening, return_exceptions=True)

    async def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        message = {"id": number, "method": method, "params": parameters}
        await self._socket.send(json.dumps(message | ({"sessionId": self._session} if self._session else {})))
        async with asyncio.timeout(PATIENCE):
            return await answer

    async def _listen(self) -> None:
        async for text in self._socket:
            message = json.loads(text)
            answer = self._answers.pop(message.get("id", 0), None)
            if answer is not None and "error" in message:
                problem = str(message["error"])
                is_left = "navigated" in problem or "context" in problem
                answer.set_exception(Left(problem) if is_left else RuntimeError(problem))
            elif answer is not None:
                answer.set_result(message["result"])
            else:
                self._note(message.get("method", ""), message.get("params", {}))

    def _note(self, event: str, said: dict[str, Any]) -> None:
        match event:
            case "Network.requestWillBeSent":
                self.requested.append(said["request"]["url"])
            case "Network.loadingFailed" if not said.get("canceled"):
                self.complaints.append(f"request failed: {said.get('blockedReason') or said['errorText']}")
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(said["exceptionDetails"])[:1000])
            case "Runtime.consoleAPICalled" if said["type"] in ("error", "assert"):
                self.complaints.append(json.dumps(said["args"])[:1000])
            case "Log.entryAdded" if said["entry"]["level"] == "error":
                self.complaints.append(f"{said['entry']['text']} {said['entry'].get('url', '')}")


@asynccontextmanager
async def chromium(folder: Path, *more: str) -> AsyncIterator[Page]:
    """Opens a page in a new browser whose profile is in ``folder``, with ``more`` options. Fails if there is no
    Chromium."""
    program = shutil.which("chromium")
    assert program, "The tests want a real browser: apt-get install chromium"
    options = [
        "--headless=new",
        "--remote-debugging-port=0",
        f"--user-data-dir={folder}",
        "--window-size=1400,900",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",  # containers have little of it
        "--disable-gpu",
        "--no-proxy-server",
        # Its sandbox wants a user who is not root, and what it shows here is our own.
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        *more,
    ]
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        browser = await asyncio.create_subprocess_exec(
            program,
            *options,
            "about:blank",
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        address = await _address(folder, browser)
        async with websockets.connect(address, max_size=None, open_timeout=PATIENCE, ping_timeout=PATIENCE) as socket:
            page = Page(socket)
            try:
                await page.open()
                yield page
            finally:
                await page.close()
    finally:
        browser.terminate()
        try:
            await asyncio.wait_for(browser.wait(), 15)
        except TimeoutError:
            browser.kill()
            await browser.wait()
        await _end(browser.pid)


async def _end(group: int) -> None:
    """Kills the processes that the browser has left, which would still write to its profile while it is deleted."""
    with contextlib.suppress(ProcessLookupError, TimeoutError):
        async with asyncio.timeout(5):
            while True:
                os.killpg(group, signal.SIGKILL)
                await asyncio.sleep(0.02)


async def _address(folder: Path, browser: asyncio.subprocess.Process) -> str:
    file = folder / "DevToolsActivePort"
    try:
        async with asyncio.timeout(PATIENCE):
            while not (file.exists() and len(lines := file.read_text().split()) == 2):
                assert browser.returncode is None, (folder / "log").read_text()
                await asyncio.sleep(0.1)
    except TimeoutError:
        pytest.fail(f"Chromium does not start: {(folder / 'log').read_text()}")
    port, path = lines
    return f"ws://127.0.0.1:{port}{path}"
