"""Restores tags, what is said of them, and what is predicted of them, after a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pyroaring import BitMap

from photos_graph.errors import Conflict
from photos_graph.graph.engine.connection import Transaction
from photos_graph.graph.labels import predictions, tag_edges, tag_writing, tags
from photos_graph.graph.labels.edits import (
    CREATE_TAG,
    Assertion,
    Change,
    Edit,
    PredictedBy,
    State,
    TagState,
    grouped,
    is_of_label,
    is_prediction,
)
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.labels.tag_tree import TagTree
from photos_graph.graph.labels.transaction import LabelTransaction
from photos_graph.model.labels import BulkResult
from photos_graph.search.index import SearchIndex
from photos_graph.services.labels.folder_plan import reached, retagged
from photos_graph.services.labels.restored_tree import States, restored_tree, states_after
from photos_graph.services.labels.tag_rules import photo_voided


@dataclass(frozen=True, slots=True)
class FeasibleUndo:
    """The edits that an undo can make. ``left`` photos and folders stay as they are, because something was said of them
    after the change."""

    edits: tuple[Edit, ...]
    left: int = 0


async def feasible_undo(tx: Transaction, change: Change, back: tuple[Edit, ...]) -> FeasibleUndo:
    """Returns those of the edits ``back``, which would undo all of the change, that are still possible.

    Tags that the change made for its photos or folders stay if they are in use by now. A deletion or a merge is undone
    but for those photos and folders of which something was said since. Raises Conflict if a tag that was created by
    itself is in use.
    """
    removed = {edit.label_id or "": edit.before for edit in back if is_of_label(edit) and edit.after is None}
    if removed:
        used = await _in_use(tx, removed, back)
        if change.operation != CREATE_TAG and change.undoes is None:
            stay = used | (removed.keys() - (await tags.states(tx, removed)).keys())
            back = tuple(edit for edit in back if not is_of_label(edit) or edit.label_id not in stay)
        elif used:
            raise Conflict("The tag has been changed, or is in use, since. Nothing was undone.")
    if all(edit.before is not None for edit in back if is_of_label(edit)):
        return FeasibleUndo(back)
    tree = await tags.tag_tree(tx)
    states = await states_after(tx, back)
    said = [edit for edit in back if _is_said(edit)]
    now = await _said_now(tx, said)
    passed = {of for of, found, edit in _each(said, now) if _own(found) != _own(edit.before)}
    voided = _voided(said, now, tree, restored_tree(tree, states))
    passed |= {of for each in voided.values() for of in each}
    return FeasibleUndo(_without(back, passed), len(passed))


async def restore_tags(tx: LabelTransaction, undo: Change, search: SearchIndex) -> BulkResult:
    """Makes the edits of the undo. Raises Conflict, and changes nothing, if something is no longer as the change left
    it, or if a name is taken by now."""
    tree = await tags.tag_tree(tx)
    states = await states_after(tx, undo.edits)
    then = restored_tree(tree, states)
    tag_ids = {edit.label_id for edit in undo.edits if edit.label_id is not None}
    if gone := sum(tag_id not in tree and tag_id not in then for tag_id in tag_ids):
        raise Conflict(f"{gone} of the {len(tag_ids)} tags of this change have been deleted or merged since.")
    said = [edit for edit in undo.edits if _is_said(edit)]
    now = await _said_now(tx, said)
    differing = Counter(edit.label_id or "" for _, found, edit in _each(said, now) if _own(found) != _own(edit.before))
    beside = await tag_edges.of_photos(tx, await tag_edges.excluding(tx, _above(states, then)))
    voided = _voided(said, {**dict[int | str, Assertions](beside.items()), **now}, tree, then)
    for tag_id, numbers in voided.items():
        differing[tag_id] += len(numbers)
    refuse(Counter({(then if tag_id in then else tree).path(tag_id): n for tag_id, n in differing.items()}))

    result = _counted(said, now, tree, then, search)
    copies = grouped((of, found, None, edit.label_id) for of, found, edit in _each(said, now) if _is_copy(found))
    of_tags = [
        Edit(edit.before, states[edit.label_id or ""], edit.label_id) for edit in undo.edits if is_of_label(edit)
    ]
    predicted = await _predicted(tx, [edit for edit in undo.edits if is_prediction(edit)], tree)
    await tag_writing.write(tx, (*of_tags, *copies, *said, *predicted))
    return result


def refuse(differing: Counter[str]) -> None:
    """Raises Conflict if there are any differences, counted by what differs."""
    if some := +differing:
        places = ", ".join(f"{what} on {count:,}" for what, count in some.most_common(5))
        raise Conflict(f"Nothing was undone, because labels have been changed again since: {places} photos or folders.")


Said = Mapping[int | str, Assertions]  # by the number of a photo or the id of a folder


def _is_said(edit: Edit) -> bool:
    return not is_of_label(edit) and not is_prediction(edit)


async def _said_now(tx: Transaction, said: Iterable[Edit]) -> Said:
    edits = list(said)
    on_photos = await tag_edges.of_photos(tx, sorted({number for edit in edits for number in edit.photos}))
    on_folders = await tag_edges.of_folders(tx, sorted({id_ for edit in edits for id_ in edit.folders}))
    return dict[int | str, Assertions]((*on_photos.items(), *on_folders.items()))


def _each(said: Iterable[Edit], now: Said) -> Iterable[tuple[int | str, Assertion | None, Edit]]:
    """Yields each photo and folder of each edit, with the assertion about it now."""
    for edit in said:
        places: tuple[int | str, ...] = (*edit.photos, *edit.folders)
        for of in places:
            yield of, now.get(of, {}).get(edit.label_id or ""), edit


def _own(state: State) -> State:
    """Returns the assertion unless it is a copy, since copies come and go with the stack."""
    return None if _is_copy(state) else state


def _is_copy(state: State) -> bool:
    return isinstance(state, Assertion) and state.shared


async def _in_use(tx: Transaction, removed: Mapping[str, State], back: Iterable[Edit]) -> set[str]:
    """Returns those of the tags to remove that were renamed or moved, that have other tags below them, or of which more
    is said than the edits take back."""
    tree, states = await tags.tag_tree(tx), await tags.states(tx, removed)
    edited = {edit.label_id for edit in back if is_of_label(edit)}  # children that go too, or elsewhere
    taken = Counter[str]()
    for edit in back:
        if _is_said(edit) and isinstance(edit.before, Assertion) and not edit.before.shared:
            taken[edit.label_id or ""] += len(edit.photos) + len(edit.folders)
    used = {tag_id for tag_id, count in (await tag_edges.counts(tx, removed)).items() if count > taken[tag_id]}
    used |= {
        tag_id
        for tag_id in removed
        if tag_id in tree and any(child.id not in edited for child in tree.children(tag_id))
    }
    for tag_id, before in removed.items():
        now = states.get(tag_id)
        if now and isinstance(before, TagState) and (now.name, now.parent_id) != (before.name, before.parent_id):
            used.add(tag_id)
    return {up for tag_id in used for up in tree.up(tag_id) if up in removed}


def _without(edits: Iterable[Edit], passed: set[int | str]) -> tuple[Edit, ...]:
    """Returns the edits without these photos and folders."""
    found = []
    for edit in edits:
        kept = [place for place, number in enumerate(edit.photos) if number not in passed]
        photos = tuple(edit.photos[place] for place in kept)
        scores = tuple(edit.scores[place] for place in kept) if edit.scores else ()
        folders = tuple(id_ for id_ in edit.folders if id_ not in passed)
        if photos or folders or is_of_label(edit):
            found.append(replace(edit, photos=photos, scores=scores, folders=folders))
    return tuple(found)


def _above(states: States, then: TagTree) -> set[str]:
    """Returns the tags that are above one that the undo moves or brings back."""
    return {up for tag_id, state in states.items() if state is not None for up in then.up(tag_id)[1:]}


def _voided(said: Iterable[Edit], now: Said, tree: TagTree, then: TagTree) -> dict[str, set[int]]:
    """Returns, by tag, the photos on which the undo would void it below an exclusion."""
    after = {of: dict(edges) for of, edges in now.items() if isinstance(of, int)}
    coming: dict[int, set[str]] = {}
    for edit in said:
        tag_id = edit.label_id or ""
        for number in edit.photos:
            edges = after.setdefault(number, {})
            edges.pop(tag_id, None)
            if isinstance(edit.after, Assertion):
                edges[tag_id] = edit.after
                coming.setdefault(number, set()).add(tag_id)
    void: dict[str, set[int]] = {}
    for number, edges in after.items():
        before = now.get(number, {})
        for tag_id in photo_voided(before, edges, coming.get(number, set()), tree, then):
            void.setdefault(tag_id, set()).add(number)
    return void


def _counted(said: list[Edit], now: Said, tree: TagTree, then: TagTree, search: SearchIndex) -> BulkResult:
    numbers, folder_ids = [n for edit in said for n in edit.photos], {id_ for edit in said for id_ in edit.folders}
    tag_ids = {edit.label_id for edit in said if edit.label_id is not None}
    subtrees = {below for tag_id in tag_ids for below in (then if tag_id in then else tree).below(tag_id)}
    new = [then.tag(tag_id) for tag_id in subtrees if tag_id not in tree]
    of_folders = [edit for edit in said if edit.folders]
    on_folders = {of: edges for of, edges in now.items() if isinstance(of, str)}
    changed = BitMap(numbers) | retagged(search, on_folders, of_folders, subtrees, new)
    return BulkResult(len(BitMap(numbers) | reached(search, folder_ids)), len(changed))


async def _predicted(tx: Transaction, edits: list[Edit], tree: TagTree) -> list[Edit]:
    """Returns the edits of predictions, without photos of which a model said something else since."""
    now: dict[tuple[str, int], tuple[str, float]] = {}
    scores = await predictions.of_tags(tx, {tag_id for edit in edits if (tag_id := edit.label_id or "") in tree})
    for (tag_id, model), by_photo in scores.items():
        now |= {(tag_id, number): (model, score) for number, score in by_photo.items()}
    found = []
    for withdrawn in (True, False):
        for edit in edits:
            if isinstance(edit.before, PredictedBy) is not withdrawn:
                continue
            tag_id, kept = edit.label_id or "", []
            for place, (number, score) in enumerate(zip(edit.photos, edit.scores, strict=True)):
                known = now.get((tag_id, number))
                if isinstance(edit.before, PredictedBy):
                    if known == (edit.before.model, score):
                        kept.append(place)
                        del now[tag_id, number]
                elif known is None:
                    kept.append(place)
            photos, left = tuple(edit.photos[p] for p in kept), tuple(edit.scores[p] for p in kept)
            found.append(replace(edit, photos=photos, scores=left))
    return found
