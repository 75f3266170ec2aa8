"""Times and devices in words, as the pages of the service show them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from photos_graph.web.pages.devices import device_in_words
from photos_graph.web.pages.moments import moment_in_words


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2020-03-10T11:59:30Z", "just now"),
        ("2020-03-10T12:00:30+00:00", "in a moment"),
        ("2020-03-10T11:59:00Z", "1 minute ago"),
        ("2020-03-10T12:50:00+02:00", "1 hour ago"),
        ("2020-03-10T14:30:00Z", "in 2 hours"),
        ("2020-03-12T11:59:58Z", "in 2 days"),
        ("2020-03-01T12:00:00Z", "9 days ago"),
        ("2019-08-01T12:00:00Z", "1 August 2019"),
    ],
)
def test_moments_are_said_as_people_say_them(moment: str, words: str) -> None:
    assert moment_in_words(moment, datetime(2020, 3, 10, 12, tzinfo=UTC)) == words


@pytest.mark.parametrize(
    ("device", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Windows"),
        ("curl/8.5", "curl/8.5"),
        ("", "An unknown program"),
    ],
)
def test_devices_are_named_as_people_name_them(device: str, words: str) -> None:
    assert device_in_words(device) == words
