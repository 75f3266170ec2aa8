"""Describes, trains on and predicts 10,000 photos of places through the service, while pages are requested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyvips

from benchmarks.bench import Bench
from benchmarks.jobs import browsed
from benchmarks.learning import fetched, library_of, train
from benchmarks.processes import MIB, Watch
from benchmarks.report import Figure
from benchmarks.service import Service

COUNT = 10_000
LABELS = 100  # of each kind
MIN_SHARE = 0.7  # minimum share of the edge of a picture that a crop has


def predicting(bench: Bench) -> Iterator[Figure]:
    pictures = sorted(bench.scenes.glob("*/*.jpg"))
    if not pictures:
        bench.say(f"left out: there is no {bench.scenes}/<place>/<picture>.jpg")
        return
    with bench.scratch() as scratch:
        fetched(bench, scratch / "data")
        bench.say(f"{COUNT:,} cuttings of {len(pictures):,} pictures are made")
        _cut(pictures, scratch / "Pictures")
        environment = {"PHOTOS_FACES__ENABLED": "off", "PHOTOS_LEARN__CORRECTIONS": "0"}
        with Service(scratch / "data", environment) as service:
            what = f"{COUNT:,} photos of 100 px"
            bench.say("scanned and described")
            with Watch(service.pid) as watch:
                yield Figure(
                    f"{what}: scanned", COUNT / service.scan(service.add_root(scratch / "Pictures")), "photos/s"
                )
                took, page = browsed(service, f"{what}, described and compared")
            yield Figure(f"{what}: described and compared", COUNT / took["PREDICT"], "photos/s")
            yield page
            yield Figure(f"{what}, described and compared: peak memory", watch.peak.service / MIB, "MiB")
            library = library_of(service)
            bench.say(f"{LABELS} of each kind are tagged and learnt")
            with Watch(service.pid) as watch:
                train(library, LABELS)
                took, page = browsed(service, f"{what}, learnt and predicted")
            yield Figure(f"{what}: training on {LABELS} of each kind", took["TRAIN_TAGS"], "s")
            yield Figure(f"{what}: predicting all", took["PREDICT"], "s")
            yield page
            yield Figure(f"{what}, learnt and predicted: peak memory", watch.peak.service / MIB, "MiB")


def _cut(pictures: Sequence[Path], root: Path) -> None:
    """Cuts pictures out of others. Those from one picture are in one folder.

    Each was taken by one camera a minute after the one before. Photos without a camera are compared with all that look
    alike, which is most of this library and takes an hour; ``groups`` measures that.
    """
    chance, begin = np.random.default_rng(0), datetime(2020, 1, 1)
    for number in range(COUNT):
        picture = pictures[number % len(pictures)]
        image = pyvips.Image.new_from_file(str(picture))
        width, height = (round(side * chance.uniform(MIN_SHARE, 1)) for side in (image.width, image.height))
        left, top = chance.integers(image.width - width + 1), chance.integers(image.height - height + 1)
        folder = root / f"walk {number % len(pictures):04}"
        folder.mkdir(parents=True, exist_ok=True)
        cut = image.crop(int(left), int(top), width, height)
        taken = begin + timedelta(minutes=number)
        for name, value in {"ifd0-Model": "Pinhole", "ifd2-DateTimeOriginal": f"{taken:%Y:%m:%d %H:%M:%S}"}.items():
            cut.set_type(pyvips.GValue.gstr_type, f"exif-{name}", value)
        cut.jpegsave(str(folder / f"{picture.parent.name} {number}.jpg"))
