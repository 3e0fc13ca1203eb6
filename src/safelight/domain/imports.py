"""The words in which somebody says how annotations are to be imported."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """What a file of annotations is written in. AUTO finds out."""

    AUTO = "auto"
    COCO = "coco"
    YOLO = "yolo"
    VOC = "voc"
    CVAT = "cvat"
    LABELME = "labelme"
    VIA = "via"


class Matching(StrEnum):
    """What a file calls its pictures by. AUTO tries the others in this order, picture by picture."""

    AUTO = "auto"
    FILENAME = "filename"
    OBJECT_NAME = "object_name"
    DATA_ID = "data_id"
    ASSET_ID = "asset_id"

    @property
    def ways(self) -> tuple[Matching, ...]:
        """The ways to try, one after the other."""
        every = (Matching.FILENAME, Matching.OBJECT_NAME, Matching.DATA_ID, Matching.ASSET_ID)
        return every if self is Matching.AUTO else (self,)
