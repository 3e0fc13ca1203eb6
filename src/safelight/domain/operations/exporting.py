"""The operation that writes a version into a file of some format."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from safelight.domain.operations.declaring import Operation, Pictures, asked, parameters
from safelight.domain.operations.pictures import some_pictures


class Format(StrEnum):
    """What can be written; `formats/writers.py` does it."""

    COCO = "coco"
    YOLO = "yolo"
    YOLO_SEGMENTATION = "yolo-segmentation"
    YOLO_POSE = "yolo-pose"
    VOC = "voc"
    PARQUET = "parquet"

    @property
    def word(self) -> str:
        """For people."""
        return _WORDS[self]


_WORDS = {
    Format.COCO: "COCO",
    Format.YOLO: "YOLO detection",
    Format.YOLO_SEGMENTATION: "YOLO segmentation",
    Format.YOLO_POSE: "YOLO pose",
    Format.VOC: "Pascal VOC",
    Format.PARQUET: "Parquet",
}


class FileNames(StrEnum):
    """What pictures are called in a file; ids have the suffix of the picture."""

    FILENAME = "filename"
    OBJECT_NAME = "object_name"
    DATA_ID = "data_id"
    ASSET_ID = "asset_id"


@parameters
class Export(Operation):
    """Write what is said of pictures into a file to download, as a job.

    What the format cannot say is listed in its log.
    """

    operation: ClassVar[str] = "export"
    title: ClassVar[str] = "Export"

    format: Format = asked("The format of the file.", default=Format.COCO)
    with_pictures: bool = asked("Pack the files of the pictures too, as a zip.", default=False)
    file_names: FileNames = asked(
        "What pictures are called in the file.", default=FileNames.FILENAME
    )
    pictures: Pictures = some_pictures()

    @property
    def changes_version(self) -> bool:
        return False

    def describe(self, version: str) -> str:
        return f"Export {version} as {self.format.word}"
