"""A library on a disk that is not there: its files and folders come, move and go in the graph, and in a naive model.

Everything goes by the functions that a scan calls.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from photos_graph.bootstrap import Services, build
from photos_graph.graph.library import files, folders, photos, vanished_files
from photos_graph.graph.library.files import FileRecord
from photos_graph.graph.library.folders import StoredFolder
from photos_graph.model.jobs import JobKind
from photos_graph.model.library import Metadata, Root, RootState
from photos_graph.settings import Settings
from tests.kit.engines import RunningEngine
from tests.kit.jobs import ended_job
from tests.kit.oracles.naive_library import Held, Naive
from tests.kit.oracles.questions import FOLDERS, ROOT
from tests.kit.writing import writer

T = TypeVar("T")

MOST_PHOTOS = 6

photos_of = st.integers(0, MOST_PHOTOS - 1)
folders_of = st.sampled_from(FOLDERS)
places = st.integers(0, 30)  # in a list whose length is known when the step is made


class Shelves(RuleBasedStateMachine):
    """Photos are called by small integers, folders and files by their names, which are their ids."""

    def __init__(self, settings: Settings, engine: RunningEngine) -> None:
        super().__init__()
        engine.clean()
        shutil.rmtree(settings.data_dir, ignore_errors=True)
        self.settings = settings
        self.runner = asyncio.Runner()
        self.naive = Naive(folders={ROOT: None})
        self.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def start(self) -> None:
        self.closing = AsyncExitStack()
        self.services: Services = self.run(self.closing.enter_async_context(build(self.settings, run_jobs=False)))
        self.graph = self.services.graph

    def teardown(self) -> None:
        self.run(self.closing.aclose())
        self.runner.close()

    def lay_out(self, below: list[int], held: list[tuple[int, str]]) -> None:
        """Each folder below an earlier one, or below the root; files of photos in folders."""
        self.run(folders.add_root(writer(self.graph), Root(ROOT, ROOT, b"/nowhere", "marker", RootState.ONLINE)))
        self.run(ended_job(self.graph, "j", JobKind.SCAN))
        for place, folder in enumerate(FOLDERS):
            self.naive.folders[folder] = ROOT if below[place] >= place else FOLDERS[below[place]]
            self.put_folders([folder])
        self.add(held)

    def put_folders(self, some: list[str]) -> None:
        records = [
            StoredFolder(id_, self.naive.path(id_), id_, self.naive.path(id_).encode(), self.naive.folders[id_], 1, 1)
            for id_ in some
        ]
        self.run(folders.put_folders(writer(self.graph), ROOT, records))
        self.run(folders.rekey_files(writer(self.graph), some))

    def record(self, name: str) -> FileRecord:
        return FileRecord(name, name, name.encode(), self.naive.files[name].folder, 1, 1, 1)

    def add(self, held: list[tuple[int, str]]) -> None:
        """More files; what they hold may be there already."""
        names = []
        for photo, folder in held:
            name = f"f{len(self.naive.files):03}.jpg"
            self.naive.files[name] = Held(photo, folder)
            names.append(name)
        records = [self.record(name) for name in names]
        digests = [self.photo_id(photo) + "0" * 32 for photo, _ in held]
        reads = [
            photos.Read(name, 1, 1, 1, digest, digest, 4, 3, "JPEG", "", Metadata())
            for name, digest in zip(names, digests, strict=True)
        ]
        self.run(files.put_pending(self.graph, records, "j"))
        self.run(photos.put_read(writer(self.graph), reads, [], "j"))
        self.run(self.services.index.catch_up())

    @staticmethod
    def photo_id(photo: int) -> str:
        return f"{photo:032x}"

    def known(self, some: set[int]) -> set[int]:
        return some & {held.photo for held in self.naive.files.values()}

    @rule(photo=photos_of, folder=folders_of)
    def copy(self, photo: int, folder: str) -> None:
        self.add([(photo, folder)])

    @rule(place=places, folder=folders_of)
    def move_file(self, place: int, folder: str) -> None:
        """A file that was missing is found there."""
        name = sorted(self.naive.files)[place % len(self.naive.files)]
        self.naive.files[name] = Held(self.naive.files[name].photo, folder)
        self.run(files.move_files(writer(self.graph), [self.record(name)]))
        self.run(self.services.index.catch_up())

    @rule(place=places)
    def lose_file(self, place: int) -> None:
        name = sorted(self.naive.files)[place % len(self.naive.files)]
        self.naive.files[name].missing = True
        self.run(vanished_files.miss_files(writer(self.graph), [name]))
        self.run(self.services.index.catch_up())

    @rule(folder=folders_of, into=st.sampled_from([ROOT, *FOLDERS]))
    def move_folder(self, folder: str, into: str) -> None:
        if folder in self.naive.way(into):
            return
        self.naive.folders[folder] = into
        self.put_folders([other for other in self.naive.folders if folder in self.naive.way(other)])
        self.run(self.services.index.catch_up())

    @rule()
    def restart(self) -> None:
        self.run(self.closing.aclose())
        self.start()
