"""Makes shapes of some consecutive annotations of a COCO file; knows no other part of the file, so that several
can be made at a time.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import DecodeError

from safelight.formats.coco import Annotation
from safelight.formats.coco_records import LISTS, Refusal, decoded
from safelight.formats.coco_shape import Refused, shape_texts
from safelight.formats.json_stream import Piece
from safelight.formats.rejects import BadRecord
from safelight.formats.spill import Spill

KEY = "annotations"


@dataclass(frozen=True, slots=True)
class Stretch:
    """`count` records. The texts of those that are not refused, at `places` among them, stand in the spill from
    `written` on, as long as `lengths` say. What they refer to is named by the ids of the file.
    """

    count: int
    refused: list[Refusal]
    places: Sequence[int]
    written: int
    lengths: array[int]
    ids: array[int]
    image_ids: array[int]
    category_ids: array[int]


def stretch(piece: Piece, spill: Spill) -> Stretch:
    """What a piece of the list of annotations says. Texts of shapes are written; the spill does not count them."""
    records, refused = decoded(piece)
    count = len(records)
    places: Sequence[int] = range(count)
    if refused:
        places = [at for at in places if records[at] is not None]
        records = [records[at] for at in places]
    bad: Refused = {}
    texts = shape_texts(records, bad)
    if bad:
        refused += [_refusal(piece, places[at], records[at], why) for at, why in bad.items()]
        kept = [at for at in range(len(records)) if at not in bad]
        places = [places[at] for at in kept]
        records = [records[at] for at in kept]
        texts = [texts[at] for at in kept]
    return Stretch(
        count,
        refused,
        places,
        spill.write(texts),
        array("I", map(len, texts)),
        array("q", [record.id for record in records]),
        array("q", [record.image_id for record in records]),
        array("q", [record.category_id for record in records]),
    )


def read_ahead(start: int, text: bytes, spill: Spill) -> Stretch | None:
    """The same of records that may begin at the byte `start` of the file; None if they are none, or if one cannot
    be decoded.
    """
    content = b"[" + text + b"]"
    try:
        records = LISTS[KEY].decode(content)
    except (DecodeError, RecursionError, UnicodeDecodeError):
        return None
    return stretch(Piece(KEY, start, start + len(text), records, text=content), spill)


def _refusal(piece: Piece, at: int, record: Annotation, bad: BadRecord) -> Refusal:
    also = f"image {record.image_id}", f"category {record.category_id}"
    return Refusal(at, f"annotation {record.id}", str(bad), piece.element(at), also)
