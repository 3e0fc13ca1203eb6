"""Writes Parquet for pipelines: a row per shape, and one without a shape for a picture that has none.

`geometry` is the JSON that documents hold (see `domain.annotations.ShapeKind`), `x`, `y`, `width` and
`height` are the box around it in pixels. Nothing is left out. Needs pyarrow, which is large and thus an
extra of its own: `safelight[parquet]`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec.json import decode

from safelight.batches import batches
from safelight.domain import rle
from safelight.domain.annotations import ABSENT, Shape, ShapeKind
from safelight.domain.geometry import Number, bounds, polygon_bounds
from safelight.errors import Unavailable
from safelight.formats.writing import Out, Writing, Written

ROWS_AT_ONCE = 20_000
_encode = msgspec.json.encode

Row = dict[str, Any]


def write(out: Out, writing: Writing) -> Written:
    """Raises Unavailable where pyarrow is not installed."""
    try:
        import pyarrow as pa  # 150 MB, and needed for nothing else
        import pyarrow.parquet as pq
    except ImportError as error:
        raise Unavailable("Parquet needs pyarrow: pip install 'safelight[parquet]'.") from error
    schema = pa.schema(
        [
            ("file_name", pa.string()),
            ("picture_width", pa.int32()),
            ("picture_height", pa.int32()),
            ("label", pa.string()),
            ("kind", pa.string()),
            ("geometry", pa.string()),
            ("x", pa.float64()),
            ("y", pa.float64()),
            ("width", pa.float64()),
            ("height", pa.float64()),
            ("area", pa.float64()),
            ("is_crowd", pa.bool_()),
            ("text", pa.string()),
            ("attributes", pa.string()),
            ("extra", pa.string()),
        ],
        metadata={"description": writing.description},
    )
    written = Written()
    rows = _rows(writing, written)
    with pq.ParquetWriter(_Sink(out), schema, compression="zstd") as file:
        for batch in batches(rows, ROWS_AT_ONCE):
            file.write_table(pa.Table.from_pylist(batch, schema))
    return written


class _Sink(io.RawIOBase):
    """`out` as the file that pyarrow wants; it only ever writes on."""

    def __init__(self, out: Out) -> None:
        self._out = out
        self._at = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def write(self, content: Any, /) -> int:
        self._out.write(bytes(content))
        self._at += len(content)
        return len(content)


def _rows(writing: Writing, written: Written) -> Iterator[Row]:
    labels = {label.key: label.name for label in writing.labels}
    for picture in writing.pictures:
        written.begin(picture)
        row: Row = {
            "file_name": picture.file_name,
            "picture_width": picture.width,
            "picture_height": picture.height,
        }
        shapes = picture.annotation.shapes if picture.annotation else ()
        if not shapes:
            yield row
        for shape in shapes:
            written.shapes += 1
            yield row | _shape(shape, labels.get(shape.label_key), picture.height or 0)


def _shape(shape: Shape, label: str | None, height: int) -> Row:
    x, y, wide, high = _box(shape, height) or (None, None, None, None)
    is_plain = shape.kind is ShapeKind.CLASSIFICATION
    return {
        "label": label,
        "kind": shape.kind.word,
        "geometry": None if is_plain else bytes(shape.geometry).decode(),
        "x": x,
        "y": y,
        "width": wide,
        "height": high,
        "area": None if shape.area is ABSENT else decode(shape.area),
        "is_crowd": None if shape.is_crowd is None else bool(shape.is_crowd),
        "text": shape.text,
        "attributes": _encode(shape.attributes).decode() if shape.attributes else None,
        "extra": _encode(shape.extra).decode() if shape.extra else None,
    }


def _box(shape: Shape, height: int) -> Sequence[Number] | None:
    """The box that was said with the shape, or the one around it."""
    if shape.box is not ABSENT:
        box: Sequence[Number] = decode(shape.box)
        return box
    geometry = shape.coordinates
    match shape.kind:
        case ShapeKind.RECTANGLE:
            return geometry  # type: ignore[no-any-return]
        case ShapeKind.POLYGON:
            return polygon_bounds(geometry)
        case ShapeKind.LINE:
            return bounds(geometry)
        case ShapeKind.POINT:
            return bounds([geometry])
        case ShapeKind.KEYPOINTS:
            return bounds(point[:2] for point in geometry if point[2] > 0)
        case ShapeKind.MASK:
            return _box_of_mask(geometry, height)
        case ShapeKind.CLASSIFICATION:
            return None


def _box_of_mask(mask: Any, height: int) -> Sequence[Number] | None:
    try:
        return rle.box_of(mask, height)
    except ValueError:
        return None  # its geometry stands in the row as it is
