"""The files that describe an export: a datasheet for people and a manifest for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from photos_graph.model.job_arguments import ExportRequest
from photos_graph.model.labels import Certainty
from photos_graph.services.datasets.exports.dataset_formats import label_names
from photos_graph.services.datasets.exports.record_reader import SPLITS
from photos_graph.services.datasets.exports.records import PhotoRecord
from photos_graph.services.datasets.exports.staging import ExportedFile, SkippedPhoto

MAX_EXAMPLES = 20  # photos listed for each reason why photos were skipped


@dataclass(slots=True)
class Counts:
    """The figures of a datasheet."""

    photos: Counter[str]  # by split
    labels: Counter[tuple[str, str]]  # by label and split
    sources: Counter[str]
    hidden: int = 0  # photos of the export that no file holds


def count_labels(records: Iterable[PhotoRecord]) -> Counts:
    """Counts photos, labels and sources of tags."""
    counts = Counts(Counter(), Counter(), Counter())
    for record in records:
        counts.photos[record.split] += 1
        counts.hidden += record.is_hidden
        counts.labels.update((label, record.split) for label in label_names(record))
        counts.sources.update(tag.source.value for tag in record.tags)
    return counts


def datasheet(
    request: ExportRequest, counts: Counts, skipped: Iterable[SkippedPhoto], left_out: int, how_to_read: str
) -> str:
    """Returns the datasheet of an export in Markdown. ``left_out`` photos were not exported because no file holds
    them."""
    splits = [name for name, _ in reversed(SPLITS)]
    total = sum(counts.photos.values())
    names = sorted({label for label, _ in counts.labels})
    rows = [[name, *(f"{counts.labels[name, split]:,}" for split in splits)] for name in names]
    photos = [["photos", *(f"{counts.photos[split]:,}" for split in splits)]]
    sources = ", ".join(f"{count:,} {source}" for source, count in sorted(counts.sources.items())) or "none"
    confirmed = request.certainty is Certainty.CONFIRMED
    requester = f" for {request.by}" if request.by else ""
    return f"""# Export of {total:,} photos as {request.format}

photos-graph made this export on {request.at}{requester}. The selection was: {request.asked or "everything"}.
{CONFIRMED if confirmed else PREDICTED} Tags by source: {sources}.{_told_of_hidden(counts.hidden)}

{_table(["", *splits], photos)}

{_table(["label", *splits], rows)}

## How the split was made

All photos of one day are in the same split, and so are all photos of one folder whose day is not known. So no burst is
divided. The split depends only on a hash of the day or folder: about 70 % of photos are in train, 15 % in val and 15 %
in test, and a photo is in the same split in every export.

## What was left out, and why

{_skipped(skipped, left_out)}

## Before you use it

- Licences of the photos are unknown: photos-graph does not know who took them and what they permit.
- Faces and names of people are personal data, and this program has not asked the people in these photos. Do not publish
  the export, and do not use it to train face recognition for others.
- A label that is missing is unknown, not absent: a photo without a tag may show what the tag means.
- Pictures, if the format has them, have up to 1,920 pixels and no metadata. Originals, if they were requested, are
  complete copies with all their metadata, including positions; boxes refer to the picture after it is turned as its
  EXIF orientation says.

## How to read it

{how_to_read}

`manifest.json` lists the SHA-256 of every file.
"""


CONFIRMED = "It contains only labels of persons, folders and files; predictions of models are left out."
PREDICTED = "It also contains predictions of models, with their scores; they may be wrong."


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _told_of_hidden(hidden: int) -> str:
    if not hidden:
        return ""
    return f"\n{hidden:,} of the photos are not shown in the library, because no file holds them now."


def _skipped(skipped: Iterable[SkippedPhoto], left_out: int) -> str:
    reasons: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for each in skipped:
        counts[each.reason] += 1
        examples = reasons.setdefault(each.reason, [])
        if len(examples) < MAX_EXAMPLES:
            examples.append(each.path)
    lines = [f"- Photos that are not shown, because no file holds them now: {left_out:,}."] if left_out else []
    for reason, examples in sorted(reasons.items()):
        more = f", and {counts[reason] - len(examples):,} more" if counts[reason] > len(examples) else ""
        lines.append(f"- {reason} {counts[reason]:,}: {', '.join(f'`{path}`' for path in examples)}{more}")
    return "\n".join(lines) or "Nothing."


def manifest(request: ExportRequest, files: Iterable[ExportedFile], hidden: int, left_out: int) -> Iterator[bytes]:
    """Yields the manifest in chunks, because a large export has at least as many files as photos. Of the photos that no
    file holds, ``hidden`` were exported and ``left_out`` were not."""
    header: Mapping[str, object] = {
        "format": request.format.value,
        "certainty": request.certainty.value,
        "made": request.at,
        "asked": request.asked,
        "hidden_photos": {"exported": hidden, "left_out": left_out},
    }
    yield json.dumps(header, ensure_ascii=False, indent=1).encode()[:-2] + b',\n "files": {'
    for index, each in enumerate(files):
        line = f'\n  {json.dumps(each.path, ensure_ascii=False)}: {{"sha256": "{each.sha256}", "bytes": {each.size}}}'
        yield (b"," if index else b"") + line.encode()
    yield b"\n }\n}\n"
