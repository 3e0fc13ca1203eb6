"""The formats that can be written, by name: all from the same description of what to write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

from safelight.errors import Invalid
from safelight.formats import bundle_write, coco_write, parquet_write, voc_write, yolo_write
from safelight.formats.writing import Out, Writing, Written


@dataclass(frozen=True, slots=True)
class Writer:
    """A file ends in `suffix` and is of `content_type`."""

    suffix: str
    content_type: str
    write: Callable[[Out, Writing], Written]

    @property
    def with_pictures(self) -> Writer:
        """The same with the files of the pictures: a zip, if it was none."""
        if self.suffix == ".zip":
            return self
        bundle = partial(bundle_write.write, inside=f"annotations{self.suffix}", write=self.write)
        return Writer(".zip", _ZIP, bundle)


_ZIP = "application/zip"

WRITERS: Mapping[str, Writer] = {
    "coco": Writer(".json", "application/json", coco_write.write),
    "yolo": Writer(".zip", _ZIP, yolo_write.write_boxes),
    "yolo-segmentation": Writer(".zip", _ZIP, yolo_write.write_polygons),
    "yolo-pose": Writer(".zip", _ZIP, yolo_write.write_poses),
    "voc": Writer(".zip", _ZIP, voc_write.write),
    "parquet": Writer(".parquet", "application/vnd.apache.parquet", parquet_write.write),
}


def writer(format: str) -> Writer:
    """Raises Invalid, also for a format that this installation cannot write."""
    found = WRITERS.get(format)
    if found is None:
        raise Invalid(f"The format is one of {', '.join(WRITERS)}, not {format!r}.", field="format")
    if format == "parquet" and find_spec("pyarrow") is None:
        raise Invalid(
            "Parquet needs pyarrow on the server: pip install 'safelight[parquet]'.", field="format"
        )
    return found
