"""The page of what the service does: jobs, what could not be read, models and their promises, back-ups, and who gets
in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from photos_graph.model.access import Role
from photos_graph.web.pages.visits import SitePage, Visit

JOBS, FAILURES = 100, 25  # jobs among which the last back-up is looked for, and failures on a page
FEW_JOBS = 8  # that have ended and are shown at once

NAMES: Mapping[str, str] = {
    "SCAN": "Reading photos",
    "FACES": "Looking for faces",
    "CLUSTER": "Grouping faces",
    "TRAIN_TAGS": "Training tags",
    "TRAIN_PERSONS": "Training people",
    "PREDICT": "Analysing photos",
    "TRIPS": "Looking for trips",
    "EXPORT": "Export",
    "IMPORT": "Import",
    "FINISH_CHANGE": "Finishing a change",
    "BACKUP": "Back-up",
    "REMOVE_ROOT": "Removing a folder",
}
STATES: Mapping[str, str] = {
    "QUEUED": "waits",
    "RUNNING": "running",
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "CANCELLED": "cancelled",
}
KINDS: Mapping[str, str] = {"TAGS": "Tags", "PERSONS": "People"}
TIMES: Mapping[str, str] = {"": "Never", "0 3 * * *": "Every night at 3:00", "30 3 * * 1": "Mondays at 3:30"}


async def _show(visit: Visit) -> Mapping[str, Any]:
    only_work = visit.given("part") == "work"  # what a script asks for while jobs run
    after = visit.given("failures") or None
    owning = visit.is_owner and not only_work
    failures = 0 if only_work else FAILURES
    asked = await visit.ask("system", jobs=JOBS, failures=failures, afterFailure=after, owning=owning)
    jobs = asked["jobs"]["nodes"]
    values = {
        "title": "System",
        "only_work": only_work,
        "owner": visit.is_owner,
        "names": NAMES,
        "states": STATES,
        "active": [job for job in jobs if job["state"] in ("QUEUED", "RUNNING")][::-1],
        "ended": [job for job in jobs if job["state"] not in ("QUEUED", "RUNNING")],
        "few": FEW_JOBS,
        "backup": next((job for job in jobs if job["kind"] == "BACKUP" and job["state"] == "SUCCEEDED"), None),
        "library": asked["library"],
        "page_of_failures": after,
    }
    if only_work:
        return values
    return {
        **values,
        "kinds": [await _kind(visit, kind, asked) for kind in KINDS],
        "times": TIMES,
        "visitors": await _visitors(visit) if visit.is_owner else None,
    }


async def _kind(visit: Visit, kind: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns what there is about the models of a kind."""
    versions = [model for model in asked["models"] if model["kind"] == kind]
    active = next((model for model in versions if model["state"] == "ACTIVE"), None)
    node = (await visit.ask("promises", model=active["id"]))["node"] if active else None
    [schedule] = [each for each in asked["schedules"] if each["kind"] == kind]
    return {
        "kind": kind,
        "name": KINDS[kind],
        "active": active,
        "versions": versions,
        "promises": sorted(node["perLabel"], key=lambda each: each["label"].casefold()) if node else (),
        "schedule": schedule,
    }


async def _visitors(visit: Visit) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Returns the tokens that work or did so, those that work first, and the sessions."""
    asked, now = await visit.ask("visitors"), datetime.now(UTC)
    tokens = [{**token, "ended": _has_ended(token, now)} for token in asked["accessTokens"] or ()]
    return {"tokens": sorted(tokens, key=lambda token: token["ended"]), "sessions": asked["sessions"] or ()}


def _has_ended(token: Mapping[str, Any], now: datetime) -> bool:
    expires = token["expiresAt"]
    return token["revokedAt"] is not None or (expires is not None and datetime.fromisoformat(expires) <= now)


SYSTEM = SitePage("/system", "system.html", _show, label="System", role=Role.EDITOR)
