"""Which photos of a folder belong together, by their names, cameras and times. These functions are pure.

They are careful, because a photo behind a cover is out of sight. Photos are put together only if their names say so, or
if a camera took them faster than a person presses a button.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from photos_graph.images.formats import RAW
from photos_graph.library.shot_names import ShotName, shot_name
from photos_graph.model.stacks import COVER, EDITED, PICTURE, RAW_FILE, StackKind

_GAP = timedelta(seconds=0.5)  # the longest time between two shots of a burst, where the times have parts of a second
_SECOND = timedelta(seconds=1)
_SHORTEST = 3  # shots in a burst that no name mentions
_PER_SECOND = range(2, 31)  # shots in a second, of a burst whose times are whole seconds


@dataclass(frozen=True, slots=True)
class StackFile:
    """A file in a folder, and what is known of its photo. ``taken`` is the time if a camera recorded it."""

    name: str
    number: int  # of the photo
    format: str
    taken: datetime | None = None
    camera: tuple[str, str] | None = None  # make and model
    has_video: bool = False
    burst: str | None = None  # which one, if the camera says so


@dataclass(frozen=True, slots=True)
class StackGroup:
    """Photos that belong together, with their ranks, by number."""

    kind: StackKind
    ranks: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Member:
    file: StackFile
    name: ShotName

    @property
    def rank(self) -> int:
        if self.file.format == RAW.name:
            return RAW_FILE
        return EDITED if self.name.is_edited else PICTURE


@dataclass(frozen=True, slots=True)
class _Shot:
    """The files of one shot. ``kind`` is None if there is only one photo."""

    members: tuple[_Member, ...]
    kind: StackKind | None = None

    @property
    def first(self) -> _Member:
        return min(self.members, key=lambda member: (member.rank, member.file.name))

    @property
    def burst(self) -> str | None:
        return self.first.file.burst or self.first.name.burst

    @property
    def ranks(self) -> dict[int, int]:
        return {member.file.number: member.rank for member in self.members}


def groups(files: Iterable[StackFile]) -> list[StackGroup]:
    """Returns the groups of photos in one folder. Each photo is in at most one group, unless it has several files."""
    shots = [shot for those in _by_base(files) for shot in _shots(those)]
    named: dict[str, list[_Shot]] = {}
    for shot in shots:
        if (burst := shot.burst) is not None:
            named.setdefault(burst, []).append(shot)
    bursts = [*named.values(), *_quick([shot for shot in shots if shot.burst is None])]
    found = [_burst(those) for those in bursts if len(those) > 1]
    taken = {number for group in found for number in group.ranks}
    found += [
        StackGroup(shot.kind, shot.ranks) for shot in shots if shot.kind is not None and taken.isdisjoint(shot.ranks)
    ]
    return [group for group in found if len(group.ranks) > 1]


def _by_base(files: Iterable[StackFile]) -> Iterator[list[_Member]]:
    members = [_Member(file, shot_name(file.name)) for file in sorted(files, key=lambda file: file.name)]
    by_base: dict[str, list[_Member]] = {}
    for member in members:
        by_base.setdefault(member.name.base, []).append(member)
    yield from by_base.values()


def _shots(members: Sequence[_Member]) -> Iterator[_Shot]:
    """Divides files that are named alike by shot."""
    pictures = [member for member in members if member.rank == PICTURE]
    raws = [member for member in members if member.rank == RAW_FILE]
    edited = [member for member in members if member.rank == EDITED]
    of_one_shot = _of_one_camera(members)
    if of_one_shot and edited and (pictures or raws):
        yield _Shot(tuple(members), StackKind.EDIT)
    elif of_one_shot and raws and pictures:
        yield _Shot(tuple(members), StackKind.RAW_JPEG)
    elif of_one_shot and len(members) > 1 and _of_one_time(members):
        live = any(member.file.has_video for member in members)
        yield _Shot(tuple(members), StackKind.LIVE if live else StackKind.EDIT)
    else:
        for member in members:
            yield _Shot((member,))


def _of_one_camera(members: Iterable[_Member]) -> bool:
    return len({member.file.camera for member in members if member.file.camera is not None}) <= 1


def _of_one_time(members: Sequence[_Member]) -> bool:
    times = {member.file.taken and member.file.taken.replace(microsecond=0) for member in members}
    return None not in times and len(times) == 1


def _burst(shots: Sequence[_Shot]) -> StackGroup:
    covers = [shot.first.file.number for shot in shots if shot.first.name.is_cover]
    cover = covers[0] if covers else shots[0].first.file.number
    ranks = {number: rank for shot in shots for number, rank in shot.ranks.items()}
    return StackGroup(StackKind.BURST, ranks | {cover: COVER})


def _quick(shots: Iterable[_Shot]) -> Iterator[list[_Shot]]:
    """Yields the series of shots that one camera took faster than a person would."""
    timed = [shot for shot in shots if shot.first.file.camera is not None and _is_exact(shot.first.file.taken)]
    timed.sort(key=lambda shot: (shot.first.file.camera, shot.first.file.taken, _count(shot)))
    for _, those in groupby(timed, key=lambda shot: shot.first.file.camera):
        of_camera = list(those)
        has_parts = any(_taken(shot).microsecond for shot in of_camera)
        for series in _series(of_camera, has_parts):
            if len(series) >= _SHORTEST and (has_parts or _is_fast(series)):
                yield series


def _series(shots: Sequence[_Shot], has_parts: bool) -> Iterator[list[_Shot]]:
    series: list[_Shot] = []
    for shot in shots:
        if series and not _follows(series[-1], shot, has_parts):
            yield series
            series = []
        series.append(shot)
    yield series


def _follows(before: _Shot, shot: _Shot, has_parts: bool) -> bool:
    gap = _taken(shot) - _taken(before)
    if has_parts:
        return gap <= _GAP
    one, other = before.first.name, shot.first.name
    is_next = one.count is not None and one.prefix == other.prefix and other.count == one.count + 1
    return gap <= _SECOND and is_next


def _is_fast(series: Sequence[_Shot]) -> bool:
    """Returns whether so many shots in so many whole seconds are a burst. More than a camera can take were dated by
    hand."""
    seconds = round((_taken(series[-1]) - _taken(series[0])).total_seconds()) + 1
    return len(series) // seconds in _PER_SECOND


def _is_exact(taken: datetime | None) -> bool:
    """Returns whether the time looks like that of a clock. People often write full hours, to scans for example."""
    return taken is not None and bool(taken.minute or taken.second or taken.microsecond)


def _taken(shot: _Shot) -> datetime:
    return shot.first.file.taken or datetime.min


def _count(shot: _Shot) -> tuple[str, int]:
    name = shot.first.name
    return name.prefix, -1 if name.count is None else name.count
