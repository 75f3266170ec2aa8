"""The sentence about a change."""

from __future__ import annotations

import pytest

from photos_graph.graph.labels.change_summary import changed, named, summary
from photos_graph.graph.labels.edits import AlbumEntry, Assertion, AssertionKind, Change, Edit, Value
from photos_graph.model.labels import LabelKind

TAGGED = Assertion(AssertionKind.TAGGED, 1, "", "MANUAL")
EXCLUDES = Assertion(AssertionKind.EXCLUDES, 1, "")
IS = Assertion(AssertionKind.IS, 1, "", "MANUAL")
NAMES = {"a": "Abruzzo", "b": "Sea", "c": "Sky", "p": "Anna", "f": "2019"}
MANY = tuple(range(1, 1235))


def change(operation: str, *edits: Edit, kind: LabelKind = LabelKind.TAGS) -> Change:
    return Change(operation, kind, "anna", 1, edits)


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        (change("TAG_PHOTOS", Edit(None, TAGGED, "a", photos=MANY)), "Tagged 1,234 photos with Abruzzo."),
        (
            change("TAG_PHOTOS", Edit(EXCLUDES, None, "b", photos=(1,)), Edit(None, TAGGED, "a", photos=(1,))),
            "Tagged 1 photo with Abruzzo.",
        ),
        (
            change("UNTAG_PHOTOS", Edit(TAGGED, None, "a", photos=(1,)), Edit(TAGGED, EXCLUDES, "b", photos=(1, 2))),
            "Removed Abruzzo and Sea from 2 photos.",
        ),
        (change("TAG_FOLDER", Edit(None, TAGGED, "a", folders=("f",))), "Tagged the folder 2019 with Abruzzo."),
        (change("TAG_FOLDER", Edit(None, TAGGED, "a", folders=("gone",))), "Tagged 1 folder with Abruzzo."),
        (change("TAG_PHOTOS", Edit(None, TAGGED, "gone", photos=(1,))), "Tagged 1 photo with 1 tag."),
        (
            change("TAG_PHOTOS", *(Edit(None, TAGGED, each, photos=(1,)) for each in "abcde")),
            "Tagged 1 photo with Abruzzo, Sea, Sky and 2 more.",
        ),
        (
            change("ASSIGN_FACES", Edit(None, IS, "p", faces=("x", "y")), kind=LabelKind.FACES),
            "Assigned 2 faces to Anna.",
        ),
        (change("RATING", Edit(Value(None), Value(4), photos=(1,)), kind=LabelKind.RATING), "Rated 1 photo 4 of 5."),
        (
            change("RATING", Edit(Value(3), Value(None), photos=(1,)), kind=LabelKind.RATING),
            "Removed the rating of 1 photo.",
        ),
        (
            change("FAVOURITE", Edit(Value(False), Value(True), photos=(1, 2)), kind=LabelKind.FAVOURITE),
            "Marked 2 photos as favourites.",
        ),
        (
            change("ADD_TO_ALBUM", Edit(None, AlbumEntry(1, ""), "b", photos=(1, 2)), kind=LabelKind.ALBUMS),
            "Added 2 photos to Sea.",
        ),
        (
            change("REMOVE_FROM_ALBUM", Edit(AlbumEntry(1, ""), None, "x", photos=(1,)), kind=LabelKind.ALBUMS),
            "Removed 1 photo from 1 album.",
        ),
        (change("IMPORT", Edit(None, TAGGED, "a", photos=(1,))), "Imported the tags of 1 photo."),
        (change("OF_THE_FUTURE", Edit(None, TAGGED, "a", photos=(1,))), "Changed 1 photo."),
    ],
)
def test_a_sentence_says_what_was_done(of: Change, sentence: str) -> None:
    assert summary(of, NAMES) == sentence


def test_it_counts_photos_or_what_there_is() -> None:
    of_photos = change("TAG_PHOTOS", Edit(None, TAGGED, "a", photos=(1, 2)), Edit(None, TAGGED, "b", photos=(2,)))
    assert changed(of_photos) == 2
    assert changed(change("TAG_FOLDERS_BY_NAME", Edit(None, TAGGED, "a", folders=("f",)))) == 1
    assert changed(change("RENAME_TAG", Edit(None, None, "a"))) == 1


def test_it_asks_only_for_the_names_that_it_shows() -> None:
    of = change("TAG_FOLDER", *(Edit(None, TAGGED, each, folders=("f",)) for each in "abcde"))
    assert named(of) == (["a", "b", "c"], ["f"])
