"""The formats that can be written, by name: all from the same description of what to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from safelight.errors import Invalid
from safelight.formats import coco_write, parquet_write, voc_write, yolo_write
from safelight.formats.writing import Out, Writing, Written


@dataclass(frozen=True, slots=True)
class Writer:
    """`title` is for people; a file ends in `suffix` and is of `content_type`."""

    title: str
    suffix: str
    content_type: str
    write: Callable[[Out, Writing], Written]


_ZIP = "application/zip"

WRITERS: Mapping[str, Writer] = {
    "coco": Writer("COCO", ".json", "application/json", coco_write.write),
    "yolo": Writer("YOLO detection", ".zip", _ZIP, yolo_write.write_boxes),
    "yolo-segmentation": Writer("YOLO segmentation", ".zip", _ZIP, yolo_write.write_polygons),
    "yolo-pose": Writer("YOLO pose", ".zip", _ZIP, yolo_write.write_poses),
    "voc": Writer("Pascal VOC", ".zip", _ZIP, voc_write.write),
    "parquet": Writer("Parquet", ".parquet", "application/vnd.apache.parquet", parquet_write.write),
}


def writer(format: str) -> Writer:
    """Raises Invalid."""
    found = WRITERS.get(format)
    if found is None:
        raise Invalid(f"The format is one of {', '.join(WRITERS)}, not {format!r}.", field="format")
    return found
