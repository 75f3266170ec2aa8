"""What counts when labels come back."""

from __future__ import annotations

import pytest

from photos_graph.errors import BadInput
from photos_graph.graph.labels.edits import Assertion, AssertionKind, PropertyValue, Value
from photos_graph.graph.labels.tag_edges import Assertions
from photos_graph.graph.library.export_rows import ExportedFace
from photos_graph.model.faces import Box
from photos_graph.model.properties import PhotoProperty
from photos_graph.model.search import Ref
from photos_graph.search.filters import FolderFilter, IntRange, PhotoFilter, TermFilter
from photos_graph.services.datasets.exports.class_folders import folder_name, picture_path
from photos_graph.services.datasets.exports.records import (
    FaceRecord,
    PersonMark,
    PersonRecord,
    PhotoRecord,
    PropertyMark,
    TagMark,
    ValueMark,
)
from photos_graph.services.datasets.exports.selection import filter_of
from photos_graph.services.datasets.imports.merge_rules import (
    Importer,
    merged_faces,
    merged_property,
    merged_tags,
    merged_value,
)
from photos_graph.services.datasets.imports.outcome import unclear_names

DATED, UNDATED = Importer("zoe", 100), Importer("zoe", 100, undated=True)
UP = {"child": ("child", "parent"), "parent": ("parent",)}


def tagged(at: int, via: str = "MANUAL", by: str = "ann") -> Assertion:
    return Assertion(AssertionKind.TAGGED, at, by, via)


def excluded(at: int) -> Assertion:
    return Assertion(AssertionKind.EXCLUDES, at, "ben")


@pytest.mark.parametrize(
    ("existing", "mark", "importer", "expected"),
    [
        (None, TagMark("t", at=5, by="ann", via="MANUAL"), DATED, tagged(5)),
        (None, TagMark("t"), UNDATED, tagged(100, by="zoe")),
        (tagged(5), TagMark("t", at=9, by="ben", via="MANUAL"), DATED, tagged(5)),  # the same is said already
        (tagged(5), TagMark("t", excluded=True, at=9, by="ben"), DATED, excluded(9)),
        (tagged(5), TagMark("t", excluded=True, at=3, by="ben"), DATED, tagged(5)),
        (excluded(5), TagMark("t", at=9, by="ann", via="MANUAL"), DATED, tagged(9)),
        (excluded(5), TagMark("t", at=9, by="", via="IMPORTED"), DATED, excluded(5)),  # a file never outdoes a person
        (excluded(5), TagMark("t"), UNDATED, excluded(5)),
        (tagged(50, "IMPORTED", ""), TagMark("t", excluded=True, at=3, by="ben"), DATED, excluded(3)),
        (tagged(50, "IMPORTED", ""), TagMark("t"), UNDATED, tagged(100, by="zoe")),
        (tagged(5), TagMark("t", excluded=True), UNDATED, tagged(5)),
    ],
)
def test_of_two_words_on_one_tag(
    existing: Assertion | None, mark: TagMark, importer: Importer, expected: Assertion
) -> None:
    before: Assertions = {"parent": existing} if existing else {}
    assert merged_tags(before, [("parent", mark)], UP.__getitem__, importer) == {"parent": expected}


def test_an_exclusion_above_goes_when_the_tag_was_said_later_and_else_bars_it() -> None:
    existing, mark = {"parent": excluded(5)}, TagMark("p/c", at=9, by="ann", via="MANUAL")
    assert merged_tags(existing, [("child", mark)], UP.__getitem__, DATED) == {"child": tagged(9)}
    assert merged_tags({"parent": excluded(10)}, [("child", mark)], UP.__getitem__, DATED) == {"parent": excluded(10)}
    assert merged_tags(existing, [("child", TagMark("p/c"))], UP.__getitem__, UNDATED) == existing


@pytest.mark.parametrize("importer", [DATED, UNDATED])
def test_an_exclusion_takes_off_what_is_below_it_or_gives_way_to_it(importer: Importer) -> None:
    later, file = {"child": tagged(9)}, {"child": tagged(9, "IMPORTED", "")}
    mark = TagMark("p", excluded=True, at=None if importer.undated else 5, by="ben")
    assert merged_tags(later, [("parent", mark)], UP.__getitem__, importer) == later
    assert merged_tags(file, [("parent", mark)], UP.__getitem__, importer).keys() == {"parent"}
    assert merged_tags({"child": tagged(3)}, [("parent", mark)], UP.__getitem__, importer).keys() == (
        {"child"} if importer.undated else {"parent"}
    )


def test_what_one_record_says_twice_is_weighed_in_any_order() -> None:
    marks = [("parent", TagMark("p", excluded=True, at=5)), ("child", TagMark("p/c", at=9, by="ann", via="MANUAL"))]
    for order in (marks, marks[::-1]):
        assert merged_tags({}, order, UP.__getitem__, DATED) == {"child": tagged(9)}


def test_a_folder_excludes_what_comes_from_above_and_carries_a_tag_below_it() -> None:
    marks = [("parent", TagMark("p", excluded=True, at=5, by="ben")), ("child", TagMark("p/c", at=9, by="ann"))]
    both = {"parent": excluded(5), "child": tagged(9)}
    for existing in ({}, {"parent": excluded(5)}, {"child": tagged(9)}, both):
        assert merged_tags(existing, marks, None, DATED) == both


def test_values() -> None:
    assert merged_value(Value(2), ValueMark(4, 5, "ann"), DATED) == Value(4, 5, "ann")
    assert merged_value(Value(2, 9, "ben"), ValueMark(4, 5, "ann"), DATED) is None
    assert merged_value(Value(2), ValueMark(4), DATED) is None, "the file said it there"
    assert merged_value(Value(2), ValueMark(4), UNDATED) == Value(4, 100, "zoe")
    assert merged_value(Value(2, 9, "ben"), ValueMark(4), UNDATED) is None
    assert merged_value(Value(False), ValueMark(False), UNDATED) is None


def face(id_: str, x: float, **edges: Assertion) -> ExportedFace:
    return ExportedFace(id_, Box(x, 0.1, 0.2, 0.2), "DETECTED", False, edges)


def named(at: int) -> Assertion:
    return Assertion(AssertionKind.IS, at, "ann", "MANUAL")


def test_faces_are_known_by_their_boxes_and_nobody_is_in_a_photo_twice() -> None:
    persons = {"Ann": "a", "Ben": "b"}
    ann = PersonMark("Ann", at=5, by="ann", via="MANUAL")
    near, far = FaceRecord((0.12, 0.1, 0.2, 0.2), marks=(ann,)), FaceRecord((0.7, 0.1, 0.2, 0.2), marks=(ann,))
    found = merged_faces([face("f", 0.1)], [near], persons, DATED)
    assert found.assertions == {"f": {"a": named(5)}} and not found.new
    found = merged_faces([face("f", 0.1)], [far], persons, DATED)
    assert list(found.new.values()) == [far] and found.assertions["f"] == {}
    found = merged_faces([face("f", 0.1, a=named(3))], [far], persons, DATED)
    assert "by another face" in found.refused[0] and found.assertions["f"] == {"a": named(3)}
    found = merged_faces([face("f", 0.1, b=named(9))], [near], persons, DATED)
    assert "another name" in found.refused[0] and found.assertions["f"] == {"b": named(9)}
    found = merged_faces([face("f", 0.1, b=named(3))], [near], persons, DATED)
    assert found.assertions["f"] == {"a": named(5)}
    unseen = FaceRecord((0.7, 0.1, 0.2, 0.2), source="DETECTED")
    assert not merged_faces([], [unseen], persons, DATED).new, "a detector finds it again"


def test_a_filter_in_the_words_of_graphql() -> None:
    text = '{"tags": {"any": ["Sea"]}, "not": {"faceCount": {"min": 1}}, "or": [{"folder": {"path": "P/a"}}]}'
    assert filter_of(text) == PhotoFilter(
        tags=TermFilter(any=(Ref(name="Sea"),)),
        not_=PhotoFilter(face_count=IntRange(min=1)),
        or_=(PhotoFilter(folder=FolderFilter(path="P/a")),),
    )
    for wrong in ("[", "[]", '{"tags": 3}', '{"colour": "red"}', '{"rating": {"min": "many"}}'):
        with pytest.raises(BadInput):
            filter_of(wrong)


def test_class_folders_are_names_on_any_file_system_and_never_the_same() -> None:
    tags = ["Places/Rome", "Places--Rome", "..", "a:b", "a?b", "con/.", "x" * 250, "x" * 251, "Été", ".", "東" * 250]
    names = [folder_name(tag) for tag in tags]
    assert names[0] == "Places--Rome" and names[8] == "Été"
    assert len({name.casefold() for name in names}) == len(tags)
    assert not any(set('<>:"/\\|?*') & set(name) or name.strip(".") == "" or len(name.encode()) > 200 for name in names)


def test_a_picture_in_a_class_folder_has_a_name_that_fits_into_bytes() -> None:
    record = PhotoRecord("1" * 32, "1" * 64, (f"Pictures/x{'京' * 80}.jpg",))
    name = picture_path(record, "Sea", ".jpeg").rpartition("/")[2]
    assert len(name.encode()) <= 255 and name.startswith("x京京") and name.endswith(f"京-{'1' * 12}.jpeg")


FILES, ANNS = PropertyValue((1.0, 2.0, None, None)), PropertyValue((1.0, 2.0, None, None), 5, "ann")


@pytest.mark.parametrize(
    ("existing", "at", "importer", "expected"),
    [
        (FILES, 3, DATED, 3),
        (ANNS, 6, DATED, 6),
        (ANNS, 5, DATED, None),
        (FILES, None, DATED, None),
        (FILES, None, UNDATED, 100),
        (PropertyValue((3.0000001, 4.0, 7.0, None)), None, UNDATED, None),  # what the file says, with fewer digits
        (ANNS, None, UNDATED, None),
    ],
)
def test_of_two_words_on_a_position(
    existing: PropertyValue, at: int | None, importer: Importer, expected: int | None
) -> None:
    mark = PropertyMark(PhotoProperty.POSITION, {"latitude": 3.0, "longitude": 4.0}, at, "ben")
    merged = merged_property(existing, mark, importer)
    assert (merged and merged.at_ms) == expected
    assert merged is None or merged.values == (3.0, 4.0, None, None)


def test_a_name_in_an_export_that_may_mean_several_persons_is_unclear() -> None:
    cousin = PersonRecord("Anna", note="cousin")
    assert unclear_names([PersonRecord("Anna"), PersonRecord("Anna", note="cousin", called="Anna (cousin)")]) == set()
    assert unclear_names([PersonRecord("Anna"), cousin]) == unclear_names([cousin, PersonRecord("Ben")]) == {"anna"}
