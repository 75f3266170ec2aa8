"""Exports of labels and pictures."""

from __future__ import annotations

from enum import StrEnum


class DatasetFormat(StrEnum):
    """The format of an export."""

    COCO = "COCO"
    TFRECORD = "TFRECORD"
    FOLDERS = "FOLDERS"
    XMP = "XMP"
    JSON = "JSON"
