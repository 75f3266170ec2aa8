"""What clients are told of an error, and what only the log is."""

from __future__ import annotations

import logging

import pytest
from graphql import GraphQLError

from photos_graph.errors import Busy, EngineUnavailable, NotFound
from resolvers.errors import log_unforeseen, public


@pytest.mark.parametrize(
    ("raised", "code"),
    [(NotFound("no"), "NOT_FOUND"), (EngineUnavailable("no"), "UNAVAILABLE"), (Busy("no", 3), "UNAVAILABLE")],
)
def test_ours_keep_their_words_and_code(raised: Exception, code: str) -> None:
    shown = public(GraphQLError("wrapped", original_error=raised))
    assert (shown.message, shown.extensions) == ("no", {"code": code})


def test_what_nobody_foresaw_is_masked_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    error = GraphQLError("secret", original_error=ValueError("secret"))
    shown = public(error)
    assert "secret" not in shown.message
    assert (shown.extensions, shown.original_error) == ({"code": "INTERNAL"}, None)
    with caplog.at_level(logging.ERROR):
        log_unforeseen(error)
    assert "ValueError: secret" in caplog.text


def test_an_error_that_was_meant_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    log_unforeseen(GraphQLError("wrapped", original_error=NotFound("no")))
    assert caplog.records == []


def test_nesting_without_end_is_too_complex() -> None:
    assert public(GraphQLError("deep", original_error=RecursionError())).extensions == {"code": "TOO_COMPLEX"}
