"""Runs the benchmarks: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path

from rich.console import Console
from rich.status import Status

from benchmarks import (
    albums,
    answers,
    attacks,
    backups,
    cluster,
    colour,
    crowds,
    exports,
    faces,
    fields,
    first,
    giving,
    groups,
    image_servers,
    learn,
    learning,
    library,
    looks,
    maps,
    metadata,
    million,
    nas,
    nearest,
    open_library,
    persons,
    predicting,
    readers,
    recognition,
    scan,
    screens,
    site,
    succession,
    suggesting,
    thumbnails,
    training,
    trips,
    watching,
    words,
)
from benchmarks.bench import Bench
from benchmarks.pictures import Say
from benchmarks.record import PAGE, page, record
from benchmarks.report import Figure, markdown, table
from benchmarks.search import asking, tagging
from benchmarks.search import run as questions

BENCHMARKS: dict[str, tuple[str, Callable[[Bench], Iterable[Figure]]]] = {
    "cold": ("a thumbnail made on request, against bare pyvips", thumbnails.cold),
    "cached": ("thumbnails from the cache, against a bare Starlette FileResponse", thumbnails.cached),
    "servers": ("pictures made on request over HTTP, beside sharp in Node.js and thumbor", image_servers.servers),
    "colour": ("the colours of thumbnails of real photographs, in PQ, HLG, P3, ProPhoto and CMYK", colour.colour),
    "scan": ("a first scan of real-size originals: speed, bytes read, memory", scan.scan),
    "rescan": ("a scan of the large library that finds nothing changed", library.rescan),
    "start": ("from spawning the service to ready, with the large library, and its memory", library.start),
    "pages": ("GraphQL pages of the large library", library.pages),
    "answers": ("screens in GraphQL, beside a bare Starlette answer of the same bytes", answers.answers),
    "screens": ("the queries of docs/cookbook, one at a time", screens.screens_of_the_cookbook),
    "site": ("the pages of the service in a real browser", site.site),
    "albums": ("lists, pages and changes of albums, up to one of --photos", albums.albums),
    "fields": ("every field of the schema, for a page of 50, at 10,000 photos and at --photos", fields.fields),
    "first": ("the first answer of every field of Query after a start, with --photos", first.first),
    "search": ("ten questions to libraries of up to --photos, beside SQLite and Cypher", questions.search),
    "asking": ("thirty questions in words to libraries of up to --photos, read and answered", asking.asking),
    "tagging": ("a whole library and 1,000 photos tagged, and the search after each", tagging.tagging),
    "exports": ("all labels written and read back, while pages are asked for", exports.exports),
    "backups": ("a library of --photos backed up and restored on both engines", backups.backups),
    "lfw": ("faces told apart and put together, beside DBSCAN and HDBSCAN", faces.lfw),
    "learn": ("tags learnt from 10, 30 and 100 labels each; persons among strangers", learn.learn),
    "learning": ("the same of tags through the service: tagged, learnt, asked and read by GraphQL", learning.learning),
    "open": (
        "tags given in a library of other kinds of photos, before and after a judged sheet",
        open_library.open_library,
    ),
    "giving": ("the same on arrays, in a large library and in small ones", giving.giving),
    "succession": ("edited pictures recognised, and neighbours in a series told from them", succession.succession),
    "groups": ("copies of pictures at other sizes, or edited, put into groups", groups.groups),
    "trips": ("trips and events in made libraries whose journeys are known", trips.trips),
    "predicting": (
        "10,000 photos described, learnt from and predicted, while pages are asked for",
        predicting.predicting,
    ),
    "words": ("words that no label has, among scenes and portraits: how well they rank", words.words),
    "looks": ("a text compared with the pictures of a large library, as an image-text model does", looks.looks),
    "map": ("a map of --photos (1,000,000), beside a bare numpy.bincount", maps.maps),
    "million": (
        "one library of --photos on both engines: start, memory, scan, pages, screens, albums, tags",
        million.million,
    ),
    "suggest": ("suggestions as one types among 50,000 names, beside a loop over them", suggesting.suggesting),
    "persons": (
        "faces of persons named, learnt and recognised through the service, strangers among them",
        persons.persons,
    ),
    "faces": ("100,000 faces: time and memory of clustering", faces.many),
    "finding": ("a first scan of real-size originals with faces, beside one without", recognition.finding),
    "immich": ("faces found and described, beside networks of the sizes of Immich's", recognition.immich),
    "nas": ("a walk, a scan and a cold page of a library on a drive that takes 5 ms for each operation", nas.nas),
    "watching": ("changes of 10,000 and 100,000 folders noticed by watching, beside polling", watching.watching),
    "readers": ("200 readers who scroll through grids while photos are scanned", readers.readers),
    "cluster": (
        "a first scan by one and two workers of a Dask cluster, beside processes of the service",
        cluster.cluster,
    ),
    "metadata": ("what files say about themselves, beside exiftool, with every difference", metadata.metadata),
    "attacks": ("what others wait while somebody tries to take the service down, and its memory", attacks.attacks),
    "nearest": (
        "the nearest of --photos photos and faces: exact, and by approximate indexes that are installed",
        nearest.nearest,
    ),
    "training": (
        "tags learnt and predicted in a library of --photos, by the workers of the service",
        training.training,
    ),
    "crowds": (
        "all faces of a library of --photos, three for each, grouped by the worker of the service",
        crowds.crowds,
    ),
    "grouping": ("100,000 faces in a graph, until their clusters are", recognition.grouping),
}
OF_ONE_SIZE = frozenset(BENCHMARKS) - {  # all but those that make a library of --photos
    *("albums", "answers", "asking", "backups", "crowds", "exports", "fields", "first"),
    *("million", "nearest", "pages", "rescan", "screens", "search", "site", "start", "tagging", "training"),
}
HELP = """\
Measures the real service, in processes of its own and over HTTP, beside bare libraries in the same run. Both are
measured in turn and reported as medians, so that what else the machine does hits both.

benchmarks:
{names}
Without a name all of them run. The first run makes pictures and a large library, which is kept in --folder for the
next; delete the folder when you are done.

examples:
  python -m benchmarks                          all
  python -m benchmarks cold cached --rounds 5   two of them, measured more often
  python -m benchmarks cold --originals DIR     with JPEGs of your own; they are only read
  python -m benchmarks --markdown               as the tables of docs/benchmarks.md
  python -m benchmarks --record                 all, and their figures into docs/performance.md
"""


def main() -> None:
    console = Console(stderr=True, highlight=False)
    given = _arguments()
    given.folder.mkdir(parents=True, exist_ok=True)
    figures: list[Figure] = []
    try:
        for name in dict.fromkeys(given.names or BENCHMARKS):
            with console.status(name) as status:
                bench = _bench(given, _saying(name, console, status))
                before = len(figures)
                for figure in BENCHMARKS[name][1](bench):
                    figures.append(figure)
                    if given.record:  # at once, since a run of hours may be stopped
                        record(name, None if name in OF_ONE_SIZE else bench.photos, figures[before:])
            if given.record:
                PAGE.write_text(page(BENCHMARKS), encoding="utf-8")
    finally:  # figures that were measured before an error are still shown
        if given.markdown:
            print(markdown(figures))
        else:
            Console(highlight=False).print(table(figures))


def _saying(name: str, console: Console, status: Status) -> Say:
    def say(text: str) -> None:
        if console.is_terminal:
            status.update(f"{name}: {text}")
        else:
            console.print(f"{name}: {text}")

    return say


def _bench(given: argparse.Namespace, say: Say) -> Bench:
    originals = given.originals and given.originals.resolve()
    return Bench(
        given.folder.resolve(),
        given.rounds,
        given.photos or 100_000,
        originals,
        given.people,
        given.scenes,
        given.files,
        say,
        tuple(given.labels),
        given.photos,
    )


def _arguments() -> argparse.Namespace:
    names = "\n".join(f"  {name:10} {what}" for name, (what, _) in BENCHMARKS.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=HELP.format(names=names),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all by default")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="how often each pair is measured (3)")
    parser.add_argument("--photos", type=int, metavar="N", help="in the large library (100000)")
    parser.add_argument("--originals", type=Path, metavar="DIR", help="JPEGs for cold, cached, colour and scan")
    people = Path("../shared/corpora/lfw")
    parser.add_argument("--people", type=Path, default=people, metavar="DIR", help=f"pictures by person ({people})")
    scenes = Path("../shared/corpora/scenes")
    parser.add_argument("--scenes", type=Path, default=scenes, metavar="DIR", help=f"pictures by place ({scenes})")
    files = Path("../shared/corpora")
    parser.add_argument("--files", type=Path, default=files, metavar="DIR", help=f"files with metadata ({files})")
    parser.add_argument(
        "--labels", type=int, nargs="*", default=(), metavar="N", help="labels a tag, for open (10 20 60)"
    )
    parser.add_argument("--folder", type=Path, default=Path(".bench"), metavar="DIR", help="what is kept (.bench)")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    parser.add_argument("--record", action="store_true", help="keep the figures for docs/performance.md")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in BENCHMARKS]:
        parser.error(f"there is no benchmark {unknown[0]!r}; choose from {', '.join(BENCHMARKS)}")
    return given


if __name__ == "__main__":
    main()
