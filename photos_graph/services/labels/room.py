"""Builds the services of tags, ratings, favourites, stacks, properties and albums."""

from __future__ import annotations

from dataclasses import dataclass

from photos_graph.core import Core
from photos_graph.services.browse.questions import Questions
from photos_graph.services.labels.album_editing import AlbumEditing
from photos_graph.services.labels.predicted_tags import PredictedTags
from photos_graph.services.labels.property_editing import PropertyEditing
from photos_graph.services.labels.ratings import Ratings
from photos_graph.services.labels.stack_editing import StackEditing
from photos_graph.services.labels.tag_editing import TagEditing
from photos_graph.services.labels.tagging import Tagging


@dataclass(frozen=True, slots=True)
class LabelRoom:
    ratings: Ratings
    tagging: Tagging
    predicted_tags: PredictedTags
    tag_editing: TagEditing
    stack_editing: StackEditing
    property_editing: PropertyEditing
    album_editing: AlbumEditing


def open_labels(core: Core, questions: Questions) -> LabelRoom:
    return LabelRoom(
        Ratings(core.graph, core.writer),
        Tagging(core.graph, core.index, core.writer),
        PredictedTags(core.graph, core.index, core.writer, core.writes, questions),
        TagEditing(core.writer),
        StackEditing(core.graph, core.writer),
        PropertyEditing(core.graph, core.index, core.writer, core.gazetteer),
        AlbumEditing(core.graph, core.index, core.writer, questions),
    )
