"""Signatures, keys, and tokens that could be guessed."""

from __future__ import annotations

import base64
import secrets
import string
from itertools import pairwise

import pytest

from photos_graph.access.attempts import FREE, MOST_ADDRESSES, Attempts
from photos_graph.access.signing import Keys, MediaKey
from photos_graph.access.strength import LEAST_BITS, guessable_bits
from photos_graph.errors import Forbidden, TooManyAttempts, Unauthenticated
from photos_graph.images.sizes import RenditionSize
from photos_graph.model.images import ThumbnailFormat, ThumbnailSize
from photos_graph.web.urls import check_address
from tests.kit.access import addresses_for, known

OWNER = "the owner's token"
SMALL: tuple[RenditionSize, ThumbnailFormat] = (ThumbnailSize.SMALL, ThumbnailFormat.JPEG)


def test_a_signature_is_good_for_exactly_its_parts() -> None:
    keys = Keys(b"k" * 32)
    signature = keys.sign("media", "ab", "c")
    assert keys.verify(1, signature, "media", "ab", "c")
    assert not keys.verify(1, signature, "media", "a", "bc")
    assert not keys.verify(2, signature, "media", "ab", "c")


def test_an_older_key_verifies_until_its_time_is_over_and_signs_nothing() -> None:
    old, now = Keys(b"k" * 32, {1: MediaKey(b"1" * 32)}), Keys(b"k" * 32)
    signature = old.sign("a")
    now.use({1: MediaKey(b"1" * 32, until=2.0**40), 2: MediaKey(b"2" * 32)})
    assert now.version == 2 and now.verify(1, signature, "a") and now.sign("a") != signature
    now.use({1: MediaKey(b"1" * 32, until=1.0), 2: MediaKey(b"2" * 32)})
    assert not now.verify(1, signature, "a")
    assert old.hash("token") == now.hash("token"), "tokens stay known"


def _asked(address: str) -> tuple[str, str, dict[str, str]]:
    path, _, query = address.partition("?")
    named, what = path.split("/")[-2:]
    return named, what, dict(pair.split("=", 1) for pair in query.split("&"))


def test_an_address_is_of_one_picture_one_token_and_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    access = known(owner=OWNER, viewer="the viewer's")
    named, what, query = _asked(addresses_for(access, OWNER).thumbnail("ab-1", *SMALL))
    viewers = addresses_for(access, "the viewer's")
    assert check_address(access, named, what, query).name == "owner"
    forged = [{**query, name: value} for name, value in (("e", "99999"), ("g", viewers.grant), ("k", "2"), ("s", "x"))]
    for wrong in (*forged, {}, {**query, "k": "-1"}, {**query, "k": "9" * 99}, {**query, "e": "x"}):
        with pytest.raises(Forbidden):
            check_address(access, named, what, wrong)
    with pytest.raises(Forbidden):
        check_address(access, "ac-1", what, query)
    with pytest.raises(Unauthenticated):
        check_address(known(owner="another"), named, what, query)
    monkeypatch.setattr("time.time", lambda: int(query["e"]) * 86_400.0)
    with pytest.raises(Forbidden, match="is over"):
        check_address(access, named, what, query)


def test_addresses_stay_the_same_for_long_and_do_not_all_change_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = addresses_for(known(owner=OWNER), OWNER)
    seen: list[list[str]] = []
    for day in range(61):
        monkeypatch.setattr("time.time", lambda day=day: (20_000 + day) * 86_400.0)
        seen.append([addresses.thumbnail(f"{photo:032x}-1", *SMALL) for photo in range(300)])
        assert all(30 < int(_asked(each)[2]["e"]) - 20_000 - day <= 60 for each in seen[-1])
    assert all(len({day[photo] for day in seen}) == 3 for photo in range(300)), "each changes every 30 days"
    changed = [sum(a != b for a, b in zip(before, after, strict=True)) for before, after in pairwise(seen)]
    assert max(changed) < 30


@pytest.mark.parametrize(
    "token",
    [
        "secret",
        "a-long-random-string",
        "correct horse battery staple",
        "the photos of the living room",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "1234567890" * 5,
        string.ascii_letters,
        "Passw0rd!Passw0rd!Passw0rd!Passw0rd!",
        "0123456789abcdef" * 3,
    ],
)
def test_a_token_that_could_be_guessed_is_found_out(token: str) -> None:
    assert guessable_bits(token) < LEAST_BITS


def test_a_token_that_was_made_by_chance_is_good_enough() -> None:
    makers = (lambda: secrets.token_urlsafe(32), lambda: base64.b64encode(secrets.token_bytes(32)).decode())
    assert all(guessable_bits(make()) >= LEAST_BITS for make in makers for _ in range(500))


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_wrong_tokens_from_one_address_have_to_wait_longer_and_longer(caplog: pytest.LogCaptureFixture) -> None:
    clock = Ticks()
    attempts = Attempts(clock)
    for _ in range(FREE):
        attempts.note_wrong("192.0.2.7")
    with pytest.raises(TooManyAttempts) as first:
        attempts.note_wrong("192.0.2.7")
    attempts.note_wrong("192.0.2.8")
    clock.now += 1.5
    attempts.note_wrong("192.0.2.7")
    with pytest.raises(TooManyAttempts) as second:
        attempts.note_wrong("192.0.2.7")
    assert (first.value.retry_after, second.value.retry_after) == (2, 3)
    assert [record.message for record in caplog.records].count("Wrong token from 192.0.2.7") == FREE + 1
    attempts.note_right("192.0.2.7")
    attempts.note_wrong("192.0.2.7")


def test_an_ipv6_network_counts_as_one_and_memory_is_bounded() -> None:
    attempts = Attempts(Ticks())
    for number in range(FREE):
        attempts.note_wrong(f"2001:db8::{number}")
    with pytest.raises(TooManyAttempts):
        attempts.note_wrong("2001:db8::ffff")
    for number in range(MOST_ADDRESSES + 5):
        attempts.note_wrong(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(attempts._wrong) == MOST_ADDRESSES
