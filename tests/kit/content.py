"""Files of what photos look like, as the learning room writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from photos_graph.search.content_sets import ContentFile, write_content


def content_file(path: Path, ids: Mapping[int, str], likely: Mapping[str, Mapping[int, float]]) -> ContentFile:
    """Writes and opens a file of the photos ``ids``, by number. ``likely`` has the probabilities by concept and
    number."""
    numbers = np.array(sorted(ids), np.uint32)
    packed = np.frombuffer(bytes.fromhex("".join(ids[number] for number in numbers.tolist())), np.uint8)
    place = {number: at for at, number in enumerate(numbers.tolist())}
    scores = {
        concept: (
            np.array([place[number] for number in sorted(found)], np.uint32),
            np.array([round(255 * found[number]) for number in sorted(found)], np.uint8),
        )
        for concept, found in likely.items()
    }
    write_content(path, (), packed.reshape(-1, 16), numbers, scores)
    return ContentFile(path)
