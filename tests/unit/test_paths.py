import os
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph import openat2
from photos_graph.errors import BadSettings, NotFound, RootOffline, Unreadable, Unsupported
from photos_graph.paths import check_data_dir, decode_raw, display, encode_raw, inode, inside, open_inside


@pytest.fixture(autouse=True, params=["openat2", "step by step"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are opened by the kernel alone, and as where it lacks the call."""
    if request.param == "step by step":
        monkeypatch.setattr(openat2, "is_available", lambda: False)
    elif not openat2.is_available():
        pytest.skip("the kernel has no openat2, or something forbids it")


def read(root: Path, relative: str, *, follow_symlinks: bool = False) -> bytes:
    descriptor = open_inside(os.fsencode(root), os.fsencode(relative), follow_symlinks=follow_symlinks)
    try:
        return os.read(descriptor, 100)
    finally:
        os.close(descriptor)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"a/IMG 1.jpg", "a/IMG 1.jpg"),
        ("Citta\u0300".encode(), "Citt\u00e0"),
        (b"caf\xe9.jpg", "caf\\xe9.jpg"),
        (b"a\nb\x1b[31m", "a\\x0ab\\x1b[31m"),
        ("x\u202egpj.exe".encode(), "x\\u202egpj.exe"),
        ("\U0001f468\u200d\U0001f469.jpg".encode(), "\U0001f468\u200d\U0001f469.jpg"),
        (b"\xed\xa0\x80", "\\xed\\xa0\\x80"),  # a surrogate, which UTF-8 does not have
    ],
)
def test_display(raw: bytes, shown: str) -> None:
    assert display(raw) == shown


@given(st.binary(max_size=60))
def test_any_bytes_have_a_harmless_display_and_survive_storage(raw: bytes) -> None:
    shown = display(raw)
    shown.encode("utf-8")  # text that every store takes
    assert not set("\n\r\x00\x1b\u202e\u2066") & set(shown)
    assert decode_raw(encode_raw(raw)) == raw


def test_inside_looks_through_links(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "rooted").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "root")
    root = os.fsencode(tmp_path / "root")
    assert inside(root, root)
    assert inside(root, os.fsencode(tmp_path / "link" / "a"))
    assert inside(b"/", root)
    assert not inside(root, os.fsencode(tmp_path / "rooted"))
    assert not inside(root, root + b"/../rooted")


def test_data_directory_in_a_root_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="lies in the photo folder"):
        check_data_dir(tmp_path / "photos" / "not yet" / "data", [os.fsencode(tmp_path / "photos")])


def test_root_in_the_data_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    with pytest.raises(BadSettings, match="lies in the data directory"):
        check_data_dir(tmp_path / "link", [os.fsencode(tmp_path / "data" / "photos")])


def test_data_directory_beside_the_roots_is_fine(tmp_path: Path) -> None:
    check_data_dir(tmp_path / "data", [os.fsencode(tmp_path / "photos"), os.fsencode(tmp_path / "data2")])


def test_opens_a_file_by_raw_bytes(tmp_path: Path) -> None:
    name = b"caf\xe9.jpg"
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(b"x")
    assert read(tmp_path, os.fsdecode(name)) == b"x"


@pytest.mark.parametrize("relative", ["../secret", "a/../../secret", "/etc/passwd", "a//b", "a/./b"])
def test_a_path_that_is_not_plain_is_refused(tmp_path: Path, relative: str) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "root" / "a").mkdir(parents=True)
    with pytest.raises((Unreadable, NotFound)):
        read(tmp_path / "root", relative)


def test_a_link_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("x")
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(Unreadable, match="link"):
        read(tmp_path, "link")


def test_a_link_in_the_root_is_opened_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "real").write_text("x")
    (tmp_path / "link").symlink_to("a")
    assert read(tmp_path, "link/real", follow_symlinks=True) == b"x"


def test_an_absolute_link_into_the_root_is_opened_when_asked(tmp_path: Path) -> None:
    (tmp_path / "root" / "a").mkdir(parents=True)
    (tmp_path / "root" / "a" / "real").write_text("x")
    (tmp_path / "root" / "link").symlink_to(tmp_path / "root" / "a")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "root" / "a" / "real")
    (tmp_path / "here").symlink_to(tmp_path / "root")
    for root in (tmp_path / "root", tmp_path / "here"):
        assert read(root, "link/real", follow_symlinks=True) == read(root, "file", follow_symlinks=True) == b"x"


def test_a_link_out_of_the_root_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "root" / "link").symlink_to("../secret")
    with pytest.raises(Unreadable, match="leads out of its root"):
        read(tmp_path / "root", "link", follow_symlinks=True)


def test_a_folder_that_is_swapped_for_a_link_while_opening_leads_nowhere(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    for folder, text in ((root / "a", "good"), (outside, "secret")):
        folder.mkdir(parents=True)
        (folder / "photo.jpg").write_text(text)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            (root / "a").rename(root / "b")
            (root / "a").symlink_to(outside)
            (root / "a").unlink()
            (root / "b").rename(root / "a")

    swapping = threading.Thread(target=swap)
    swapping.start()
    seen = set()
    try:
        for follow_symlinks in [False, True] * 1000:
            try:
                seen.add(read(root, "a/photo.jpg", follow_symlinks=follow_symlinks))
            except (Unreadable, NotFound):
                continue
    finally:
        done.set()
        swapping.join()
    assert seen <= {b"good"}
    assert read(root, "a/photo.jpg") == b"good"


def test_a_fifo_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "photo.jpg")
    with pytest.raises(Unsupported, match="not a regular file"):
        read(tmp_path, "photo.jpg")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(Unsupported):
        read(tmp_path, "a.jpg")


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"a\.jpg does not exist"):
        read(tmp_path, "a.jpg")


def test_a_missing_root_is_offline(tmp_path: Path) -> None:
    with pytest.raises(RootOffline):
        read(tmp_path / "gone", "a.jpg")


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.mkfifo(tmp_path / "a" / "fifo")
    (tmp_path / "a" / "link").symlink_to("fifo")
    before = open_descriptors()
    for relative in ("a/fifo", "a/link", "a/missing", "missing/a", "a"):
        with pytest.raises((Unreadable, NotFound)):
            read(tmp_path, relative)
    assert open_descriptors() == before


@pytest.mark.parametrize("number", [1, 2**63 - 1, 2**63, 2**64 - 1])
def test_an_inode_is_a_number_that_a_graph_holds_and_no_other_is_the_same(number: int) -> None:
    status = os.stat_result((0o100644, number, 0, 1, 0, 0, 0, 0, 0, 0))
    assert -(2**63) <= inode(status) < 2**63
    assert inode(status) % 2**64 == number
