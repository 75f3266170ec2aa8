"""Says on what somebody is signed in."""

from __future__ import annotations

# What stands in the User-Agent of browsers. Most of them also name those that come later in the list.
BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)
LONGEST = 60  # characters of what is no known browser


def device_in_words(device: str) -> str:
    """Turns the User-Agent of a browser into "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS if mark in device), "")
    system = next((name for mark, name in SYSTEMS if mark in device), "")
    return " on ".join(filter(None, (browser, system))) or device[:LONGEST] or "An unknown program"
