"""Plans the merging of tags into another tag. These functions are pure and write nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from photos_graph.errors import BadInput
from photos_graph.graph.labels.edits import Assertion, AssertionKind, Edit, TagState
from photos_graph.graph.labels.predictions import Scores
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.model.labels import Tag
from photos_graph.names import tag_key
from photos_graph.services.labels.tag_rules import photo_freed, photo_standing
from photos_graph.tags import Up


@dataclass(slots=True)
class MergePlan:
    onto: dict[str, str] = field(default_factory=dict)  # id of a removed tag -> id of its replacement
    moved: dict[str, str | None] = field(default_factory=dict)  # id of a remaining tag -> id of its new parent


def merge_plan(tree: TagTree, from_ids: Sequence[str], into_id: str) -> MergePlan:
    """Plans to move children below ``into``, and to merge each with a child of the same name that ``into`` has.

    Raises NotFound, and BadInput if ``into`` is one of the merged tags or a descendant of one.
    """
    tree.get(into_id)
    for from_id in from_ids:
        tree.get(from_id)
        if into_id in tree.below(from_id):
            raise BadInput(f"{tree.path(into_id)} is one of the tags to merge, or a descendant of one.")
    plan = MergePlan()
    arrived: dict[str, str] = {}

    def namesake(parent_id: str, child: Tag) -> str | None:
        key = tag_key(parent_id, child.name)
        sibling = tree.beside(parent_id, child.name)
        stays = sibling is not None and sibling.id not in {*from_ids, *plan.onto, *plan.moved}
        return sibling.id if sibling is not None and stays else arrived.get(key)

    def merge(gone: str, target: str) -> None:
        plan.onto[gone] = target
        for child in tree.children(gone):
            if child.id in from_ids:
                continue
            other = namesake(target, child)
            if other is None:
                plan.moved[child.id] = target
                arrived[tag_key(target, child.name)] = child.id
            else:
                merge(child.id, other)

    for from_id in dict.fromkeys(from_ids):
        merge(from_id, into_id)
    return plan


def merged_edges(before: Assertions, onto: Mapping[str, str]) -> Assertions:
    """Returns the assertions on a photo or folder about the tags that remain."""
    after: Assertions = {}
    for tag_id, edge in before.items():
        target = onto.get(tag_id, tag_id)
        after[target] = _stronger([edge, after[target]]) if target in after else edge
    return after


def moved_edges(before: Assertions, onto: Mapping[str, str], now: Up, then: Up) -> Assertions:
    """Returns the same for a photo whose tags have the ancestors ``then`` after the merge. Exclusions that would newly
    void a tag are dropped."""
    standing = [onto.get(tag_id, tag_id) for tag_id in photo_standing(before, now)]
    return photo_freed(merged_edges(before, onto), standing, then)


def merged_states(states: Mapping[str, TagState], plan: MergePlan) -> list[Edit]:
    """Returns the edits of the tags themselves. A tag without a threshold takes over that of one that is merged into
    it, whose predictions it gets."""
    after = {tag_id: replace(states[tag_id], parent_id=parent_id) for tag_id, parent_id in plan.moved.items()}
    for gone, target in plan.onto.items():
        now = after.get(target, states[target])
        if now.threshold is None:
            after[target] = replace(now, threshold=states[gone].threshold, threshold_by=states[gone].threshold_by)
    gone_edits = [Edit(states[tag_id], None, tag_id) for tag_id in plan.onto]
    return gone_edits + [Edit(states[id_], state, id_) for id_, state in after.items() if state != states[id_]]


def merged_predictions(before: Scores, onto: Mapping[str, str]) -> tuple[Scores, Scores]:
    """Returns the predictions to withdraw and those to make, after which each remaining tag has the highest score of
    those that are merged into it."""
    best: dict[tuple[str, int], tuple[float, str]] = {}
    for (tag_id, model), scores in before.items():
        for number, score in scores.items():
            key = (onto.get(tag_id, tag_id), number)
            best[key] = max(best.get(key, (score, model)), (score, model))
    gone: Scores = {}
    made: Scores = {}
    for (tag_id, model), scores in before.items():
        for number, score in scores.items():
            if tag_id in onto or best[tag_id, number] != (score, model):
                gone.setdefault((tag_id, model), {})[number] = score
    for (tag_id, number), (score, model) in best.items():
        if before.get((tag_id, model), {}).get(number) != score:
            made.setdefault((tag_id, model), {})[number] = score
    return gone, made


def _stronger(edges: Iterable[Assertion]) -> Assertion:
    """Combines assertions. It prefers TAGGED to EXCLUDES, users to files, and the earlier to the later. The result is
    recursive if any of them is."""
    both = list(edges)
    tagged = [edge for edge in both if edge.kind is AssertionKind.TAGGED] or both
    first = min(tagged, key=lambda edge: (edge.via != "MANUAL", edge.at_ms))
    return replace(first, recursive=any(edge.recursive for edge in tagged)) if first.recursive is not None else first
