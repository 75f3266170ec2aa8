"""What the name of a file says about the shot in it: which other files show the same shot, and which burst it is of."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

# What Google Photos appends to the name of an edited version, in the languages of accounts. A part of a pattern.
EDITED_BY_GOOGLE = "|".join(
    (
        *("edited", "effects", "smile", "mix", "bearbeitet", "bewerkt", "modifi[eé]", "modificat[oa]", "modificada"),
        *("ha editado", "editad[oa]", "editat", "edytowan[ey]", "upraveno", "upraven[eé]", "redigerad", "redigeret"),
        *(
            "redigert",
            "muokattu",
            "d[uü]zenlendi",
            "szerkesztve",
            "szerkesztett",
            "επεξεργασμένο",
            "изменено",
            "измененный",
        ),
        *("отредактировано", "змінено", "відредаговано", "編集済み", "编辑", "已编辑", "已修改", "已編輯", "수정됨"),
    )
)
_EDITED = re.compile(
    rf"(?P<base>.+?)(?:[-_ ]\(?(?:edit|{EDITED_BY_GOOGLE})\)?(?:-\d{{1,2}})?|~\d{{1,2}})(?P<copy>\(\d{{1,3}}\))?"
)
_APPLE_EDIT = re.compile(r"(?P<first>img_)e(?P<last>\d{4,}.*)")
# Pixel phones name the files of one shot "PXL_1.RAW-01.COVER.jpg" and "PXL_1.RAW-02.ORIGINAL.dng".
_PIXEL = re.compile(r"(?P<base>pxl_[\d_]+)\.(?:raw|portrait|night|motion)-\d+(?:\.mp)?\.(?P<role>cover|original)")
_BURST_OF = re.compile(r".*burst(?P<burst>\d{14,})(?P<cover>_cover)?.*")
_BURST = re.compile(r"(?P<burst>.+?)[_.-]?bursts?-?(?P<number>\d{1,4})(?P<cover>[._-]cover)?")
_COUNTED = re.compile(r"(?P<prefix>.*?)(?P<count>\d{1,9})")


@dataclass(frozen=True, slots=True)
class ShotName:
    """``base`` is equal for all files of one shot in a folder. ``burst`` is equal for the shots of one burst, if their
    names say so. ``prefix`` and ``count`` are the parts of a name that ends with a number."""

    base: str
    is_edited: bool = False
    burst: str | None = None
    is_cover: bool = False
    prefix: str = ""
    count: int | None = None


def shot_name(file_name: str) -> ShotName:
    """Reads the name of a file, with its extension. Case is ignored."""
    stem = unicodedata.normalize("NFC", file_name.rpartition(".")[0] or file_name).casefold()
    if match := _PIXEL.fullmatch(stem):
        return ShotName(match["base"], is_edited=match["role"] == "cover")
    if match := _BURST_OF.fullmatch(stem) or _BURST.fullmatch(stem):
        return ShotName(stem, burst=match["burst"], is_cover=match["cover"] is not None)
    if match := _APPLE_EDIT.fullmatch(stem):
        return ShotName(match["first"] + match["last"], is_edited=True)
    if match := _EDITED.fullmatch(stem):
        return ShotName(match["base"] + (match["copy"] or ""), is_edited=True)
    if match := _COUNTED.fullmatch(stem):
        return ShotName(stem, prefix=match["prefix"], count=int(match["count"]))
    return ShotName(stem)
