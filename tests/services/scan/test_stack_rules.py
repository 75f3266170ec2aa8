"""Which photos of a folder belong together."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from photos_graph.graph.labels.edits import StackPlace
from photos_graph.model.stacks import StackKind
from photos_graph.services.scan.stack_plan import changed
from photos_graph.services.scan.stack_rules import StackFile, StackGroup, groups

NOON = datetime(2019, 8, 5, 12, 34, 56)
CAMERA = ("Canon", "EOS R5")


def shots(
    *names: str, gap: float = 60, camera: tuple[str, str] | None = CAMERA, at: datetime = NOON
) -> list[StackFile]:
    """Files, each the only one of its photo; the photos are numbered from 1 on and taken ``gap`` seconds apart."""
    formats = {"nef": "RAW", "dng": "RAW", "cr3": "RAW", "heic": "HEIC"}
    return [
        StackFile(
            name,
            number,
            formats.get(name.rpartition(".")[2].lower(), "JPEG"),
            at + timedelta(seconds=gap * (number - 1)),
            camera,
        )
        for number, name in enumerate(names, 1)
    ]


def together(files: list[StackFile]) -> list[tuple[StackKind, list[int]]]:
    """The kind and the photos of each group, the cover first."""
    return [(group.kind, sorted(group.ranks, key=lambda n: (group.ranks[n], n))) for group in groups(files)]


def test_shots_that_the_camera_calls_one_burst_are_together() -> None:
    files = shots("IMG_1.HEIC", "IMG_2.HEIC", "IMG_3.HEIC", "IMG_4.HEIC")
    bursts = ("one", None, "one", "other")
    assert together([replace(file, burst=burst) for file, burst in zip(files, bursts, strict=True)]) == [
        (StackKind.BURST, [1, 3])
    ]


def test_a_raw_file_is_behind_the_picture_of_its_name() -> None:
    assert together(shots("DSC_1.NEF", "dsc_1.jpg", "DSC_2.NEF")) == [(StackKind.RAW_JPEG, [2, 1])]


def test_files_of_two_cameras_are_not_one_shot() -> None:
    phone = shots("IMG_1.jpg", camera=("Apple", "iPhone"))
    [raw] = shots("IMG_1.CR3", camera=CAMERA)
    assert together([*phone, StackFile(raw.name, 2, "RAW", raw.taken, raw.camera)]) == []


def test_an_edited_version_is_the_cover_of_its_original() -> None:
    assert together(shots("IMG_1.HEIC", "IMG_E1.HEIC")) == []
    assert together(shots("IMG_1001.HEIC", "IMG_E1001.HEIC")) == [(StackKind.EDIT, [2, 1])]
    assert together(shots("a.NEF", "a.jpg", "a-Edit.tif")) == [(StackKind.EDIT, [3, 2, 1])]


def test_an_edited_version_without_its_original_stands_alone() -> None:
    assert together(shots("IMG_E1001.HEIC", "a-edited.jpg", "b-Edit.jpg", "b-Edit-2.jpg")) == []


def test_two_pictures_of_one_name_are_one_shot_only_if_they_were_taken_at_one_time() -> None:
    assert together(shots("1.heic", "1.jpg", gap=0)) == [(StackKind.EDIT, [1, 2])]
    assert together(shots("1.heic", "1.jpg", gap=60)) == []
    assert together([StackFile("1.png", 1, "PNG"), StackFile("1.jpg", 2, "JPEG")]) == []


def test_shots_whose_names_say_so_are_a_burst() -> None:
    burst = shots("1IMG_BURST20190101120000123.jpg", "2IMG_BURST20190101120000123_COVER.jpg", "IMG_3.jpg")
    assert together(burst) == [(StackKind.BURST, [2, 1])]


def test_shots_in_quick_succession_are_a_burst() -> None:
    names = ["IMG_1.jpg", "IMG_2.jpg", "IMG_4.jpg", "IMG_5.jpg"]
    assert together(shots(*names, gap=0.2)) == [(StackKind.BURST, [1, 2, 3, 4])]
    assert together(shots(*names, gap=0.7)) == []
    assert together(shots(*names[:2], gap=0.2)) == []
    assert together(shots(*names, gap=0.2, camera=None)) == []


def test_times_in_whole_seconds_need_names_that_follow_each_other_and_a_rate() -> None:
    files = [f"IMG_{number}.jpg" for number in range(1, 7)]
    assert together(shots(*files[:5], gap=0)) == [(StackKind.BURST, [1, 2, 3, 4, 5])]
    assert together(shots("a.jpg", "b.jpg", "c.jpg", gap=0)) == []
    assert together(shots(*files, gap=1)) == []


def test_pictures_that_a_person_dated_are_no_burst() -> None:
    files = [f"scan_{number}.jpg" for number in range(1, 100)]
    assert together(shots(*files[:5], gap=0, at=datetime(1987, 6, 1, 12))) == []
    assert together(shots(*files, gap=0)) == [], "no camera takes so many in a second"


def test_raw_files_of_a_burst_are_behind_its_pictures() -> None:
    files = shots("IMG_1.jpg", "IMG_1.CR3", "IMG_2.jpg", "IMG_2.CR3", "IMG_3.jpg", "IMG_3.CR3", gap=0)
    assert together(files) == [(StackKind.BURST, [1, 3, 5, 2, 4, 6])]


def test_bursts_end_where_a_pause_is() -> None:
    files = shots(*(f"IMG_{number}.jpg" for number in range(1, 4)), gap=0.1)
    later = shots(*(f"IMG_{number}.jpg" for number in range(4, 8)), gap=0.1, at=NOON + timedelta(seconds=5))
    numbered = [StackFile(f.name, n, f.format, f.taken, f.camera) for n, f in enumerate([*files, *later], 1)]
    assert together(numbered) == [(StackKind.BURST, [1, 2, 3]), (StackKind.BURST, [4, 5, 6, 7])]


# -- what changes


def pair(*numbers: int) -> StackGroup:
    return StackGroup(StackKind.RAW_JPEG, {number: 2 + at for at, number in enumerate(numbers)})


def test_photos_get_a_stack_of_their_own() -> None:
    places = {number: StackPlace() for number in range(4)}
    after = changed([pair(0, 1), pair(2, 3)], places)
    assert {place.kind for place in after.values()} == {StackKind.RAW_JPEG}
    assert after[0].stack_id == after[1].stack_id != after[2].stack_id == after[3].stack_id
    assert changed([pair(0, 1), pair(2, 3)], after) == {}, "again, nothing changes"


def test_a_stack_keeps_its_id_when_a_photo_joins_or_leaves() -> None:
    before = changed([pair(0, 1)], dict.fromkeys((0, 1), StackPlace())) | {2: StackPlace()}
    joined = before | changed([pair(0, 1, 2)], before)
    assert {place.stack_id for place in joined.values()} == {before[0].stack_id}
    left = joined | changed([pair(1, 2)], joined)
    assert (left[0], left[1].stack_id, left[2].stack_id) == (StackPlace(), before[0].stack_id, before[0].stack_id)


def test_what_a_person_decided_stays() -> None:
    alone = StackPlace(at_ms=1, by="anna")
    made = StackPlace("s", StackKind.MANUAL, 0, 1, "anna")
    places = {0: alone, 1: StackPlace(), 2: made, 3: StackPlace(), 4: StackPlace()}
    after = changed([pair(0, 1), pair(2, 3, 4)], places)
    assert after.keys() == {3, 4}, "the others of a group are a stack without the photo"


def test_copies_of_a_pair_are_the_same_stack() -> None:
    places = dict.fromkeys(range(3), StackPlace())
    after = changed([pair(0, 1), pair(0, 1), pair(1, 2)], places)
    assert len({place.stack_id for place in after.values()}) == 1 and len(after) == 3
