"""Groups the faces of a very large library, three for each photo, in the child process in which the service does it.

Persons have very unequal numbers of faces, the first a thirtieth of all; a tenth are strangers, and one in twenty is a
poor picture that resembles other poor ones. All pairs of three million faces would take hours, so that faces are only
compared with those of the same person, or of the same few thousand faces.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load, save_file

from benchmarks import processes
from benchmarks.bench import Bench
from benchmarks.faces import SFACE, scores
from benchmarks.report import Figure
from photos_graph.errors import PhotosGraphError
from photos_graph.faces import similarity
from photos_graph.faces.clustering import by_size
from photos_graph.faces.embedding import normalised
from photos_graph.faces.similarity import Pairs, Similarities
from photos_graph.model.faces import UNASSIGNED
from photos_graph.services.faces.clustering import group_pool
from photos_graph.services.faces.clustering_tasks import CLUSTER_FACES, KNOWN_FACES, ClusterOrder, SimilaritiesFile
from photos_graph.settings import Settings
from photos_graph.workers.pool import Priority, WorkerPool

FACES = 3  # of each photo
SHARE = 30  # the first person has one in so many faces, the second half of that, the third a third of it
STRANGERS, POOR = 0.1, 0.05  # shares of all faces
REGION = 8192  # faces that are compared with each other, if they are not of one person
NAMED = 2_000  # persons who get a name
MODES, MODE, NOISE = 6, 0.35, 0.75  # of a person: ways to look, how different they are, and how different faces are
POOR_NOISE, BLUR = 1.5, 0.5  # of a poor face, and how much of it is the same for all of them

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]


def crowds(bench: Bench) -> Iterator[Figure]:
    """Measures the grouping of all faces with none of them named, and their matching after half of the faces of the
    persons with most of them got a name."""
    count = FACES * bench.photos
    with bench.scratch() as folder:
        bench.say(f"{count:,} faces are made and compared")
        chance = np.random.default_rng(0)
        people = persons(count)
        settings = Settings(data_dir=folder)
        (folder / "faces").mkdir()
        path = folder / "faces" / "similar.safetensors"
        pairs = _write(path, people, chance)
        bench.say(f"{pairs:,} pairs are grouped")
        yield Figure(f"{count:,} faces: pairs that are kept for each", pairs / count, "")
        yield Figure(f"{count:,} faces: file of pairs and vectors", path.stat().st_size / processes.MIB, "MiB")
        yield from asyncio.run(_grouped(settings, path, people))


def persons(count: int) -> Ints:
    """Returns the person of each of ``count`` faces, those of one person one after the other."""
    named = int(count * (1 - STRANGERS))
    sizes = np.maximum(1, count // (SHARE * np.arange(1, named + 1)))
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), named)) + 1]
    people = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[:named]
    return np.concatenate([people, len(sizes) + np.arange(count - named, dtype=np.int32)])


def faces_of(people: Ints, blur: Floats, chance: np.random.Generator) -> Floats:
    """Returns the vectors (n, dimensions) of faces of these persons (n,)."""
    numbers, own = np.unique(people, return_inverse=True)
    size = len(blur)
    vectors = _directions(len(numbers), size, chance)[own]
    vectors += MODE * _directions(len(numbers) * MODES, size, chance)[own * MODES + chance.integers(0, MODES, len(own))]
    poor = (chance.random(len(own)) < POOR)[:, None]
    noise = np.where(poor, POOR_NOISE, NOISE).astype(np.float32) / np.float32(size**0.5)
    vectors += noise * chance.standard_normal(vectors.shape, np.float32) + np.where(poor, np.float32(BLUR), 0) * blur
    return normalised(vectors)


def _directions(count: int, size: int, chance: np.random.Generator) -> Floats:
    return normalised(chance.standard_normal((count, size), np.float32))


def _write(path: Path, people: Ints, chance: np.random.Generator) -> int:
    """Writes the file of similarities, and returns the number of pairs. The faces come in the order of ``people``."""
    blur = _directions(1, SFACE.dimensions, chance)[0]
    vectors, parts, dropped = np.empty((len(people), SFACE.dimensions), np.float32), [], []
    ids = tuple(f"{at:032x}" for at in range(len(people)))
    for start, end in _regions(people):
        vectors[start:end] = faces_of(people[start:end], blur, chance)
        alike = similarity.build(SFACE.name, SFACE.floor, ids[start:end], vectors[start:end])
        pairs = alike.pairs
        parts.append(Pairs(pairs.first + np.int32(start), pairs.second + np.int32(start), pairs.similar))
        dropped.append(alike.dropped)
    every = Pairs(*(np.concatenate([getattr(part, name) for part in parts]) for name in Pairs.__slots__))
    whole = Similarities(SFACE.name, SFACE.floor, ids, vectors, every, np.concatenate(dropped))
    kept = similarity.added(whole, (), vectors[:0])  # of so many faces, each keeps fewer pairs
    similarity.save(kept, path)
    return len(kept.pairs)


def _regions(people: Ints) -> Iterator[tuple[int, int]]:
    ends = np.flatnonzero(np.diff(people, append=-1)) + 1  # after the last face of each person
    start = 0
    while start < len(people):
        end = int(ends[min(int(np.searchsorted(ends, start + REGION)), len(ends) - 1)])
        yield start, end
        start = end


async def _grouped(settings: Settings, path: Path, people: Ints) -> list[Figure]:
    about = _about(people)
    pool = group_pool(settings)
    file = SimilaritiesFile(path, SFACE.name, SFACE.floor)
    what = f"{len(people):,} faces"
    try:
        started = time.perf_counter()
        await pool.call(KNOWN_FACES, file)
        loaded = time.perf_counter() - started
        groups = (await _found(pool, file, about, full=True))["groups"]
        taken = time.perf_counter() - started
        [worker] = [
            pid for pid in processes.tree(os.getpid()) if "photos_graph.workers.child" in processes.command(pid)
        ]
        used, (memory, space) = processes.processor_seconds(worker), _peaks(worker)
        named = (people < NAMED) & (np.arange(len(people)) % 2 == 0)
        about["persons"] = np.where(named, people, UNASSIGNED).astype(np.int32)
        about["groups"] = np.where(named, UNASSIGNED, groups).astype(np.int32)
        started = time.perf_counter()
        await pool.call(KNOWN_FACES, file)
        matched = await _found(pool, file, about, full=False)
        again = time.perf_counter() - started
    except PhotosGraphError as error:
        raise RuntimeError(f"{what} cannot be grouped within faces.memory_bytes: {error}") from error
    finally:
        await pool.close()
    labels = by_size(groups)
    cubed, pairwise = scores(labels, people)
    first = np.bincount(labels[people == 0])
    others = ~named & (people < NAMED)
    right = matched["suggested"][others, 0] == people[others]
    after = f"{what} matched after half of the faces of {int(people[named].max()) + 1:,} persons got a name"
    return [
        Figure(f"{what}: read from the file, clock", loaded, "s"),
        Figure(f"{what}: grouped, with that, clock", taken, "s"),
        Figure(f"{what}: of a processor", used, "s"),
        Figure(f"{what}: peak memory of the worker", memory, "MiB"),
        Figure(f"{what}: peak address space of the worker", space, "MiB"),
        Figure(f"{what}: clusters, B-cubed F", cubed, ""),
        Figure(f"{what}: clusters, pairwise F", pairwise, ""),
        Figure(
            f"{what}: faces of the first person, {first.sum():,}, in one cluster", 100 * first.max() / first.sum(), "%"
        ),
        Figure(f"{after}, clock", again, "s"),
        Figure(f"{after}: the right person is suggested first for their other faces", 100 * right.mean(), "%"),
    ]


async def _found(
    pool: WorkerPool, file: SimilaritiesFile, about: dict[str, npt.NDArray[np.generic]], *, full: bool
) -> dict[str, npt.NDArray[np.int32]]:
    """Returns the arrays of ``Recognised``."""
    given = file.path.with_name("faces.safetensors")
    save_file(about, given)
    persons = tuple(str(person) for person in range(NAMED))
    order = ClusterOrder(file, (), (), given, persons, {}, {}, None, SFACE.cut, full, "average", 0)
    content = b"".join([chunk async for chunk in _chunks(pool, order)])
    return load(content[8:])


async def _chunks(pool: WorkerPool, order: ClusterOrder) -> AsyncIterator[bytes]:
    async with pool.stream(CLUSTER_FACES, order, Priority.BACKGROUND) as chunks:
        async for chunk in chunks:
            yield chunk


def _about(people: Ints) -> dict[str, npt.NDArray[np.generic]]:
    """Returns what the child process must know of the faces. Photos have FACES of them, each of another person."""
    count = len(people)
    photos = np.empty(count, np.int32)
    photos[np.random.default_rng(1).permutation(count)] = np.arange(count, dtype=np.int32) // FACES
    _, first = np.unique(photos.astype(np.int64) * (int(people.max()) + 1) + people, return_index=True)
    again = np.ones(count, bool)
    again[first] = False
    photos[again] = count + np.arange(again.sum(), dtype=np.int32)
    nobody = np.full(count, UNASSIGNED, np.int32)
    return {
        "vectors": np.zeros((0, SFACE.dimensions), np.float32),
        "photos": photos,
        "persons": nobody,
        "groups": nobody.copy(),
        "not_persons": np.zeros((0, 2), np.int32),
        "qualities": np.ones(count, np.float32),
        **{name: np.zeros(count, bool) for name in ("settled", "ignored", "noticed")},
    }


def _peaks(pid: int) -> tuple[float, float]:
    """Returns the peaks of the memory and of the address space of a process in MiB."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1024, int(lines["VmPeak"].split()[0]) / 1024
