"""Turns COCO annotations into the texts of shapes, digit for digit, many at a time.

A text begins after the shape's number and label key, which are known only when all of the file has
been read: `"k":"p","g":[[...]],"b":[...]}`; see `domain.annotations.Shape` for the field names.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import DecodeError, Meta, Raw, Struct

from safelight.formats.coco import ABSENT, Annotation
from safelight.formats.rejects import BadRecord
from safelight.formats.shape_text import FAR, checked

_SPACE = b" \t\r\n"

_box = msgspec.json.Decoder(list[float])
_boxes = msgspec.json.Decoder(list[list[Annotated[float, Meta(ge=-FAR, le=FAR)]]])
_area = msgspec.json.Decoder(float | None)
_areas = msgspec.json.Decoder(list[float | None])
_rings = msgspec.json.Decoder(list[list[float]])
_numbers = msgspec.json.Decoder(list[float])
_texts = msgspec.json.Decoder(list[Raw])
_attributes = msgspec.json.Decoder(dict[str, Any])


class _Rle(Struct):
    counts: str | list[int]
    size: tuple[int, int]


_rle = msgspec.json.Decoder(_Rle)


Refused = dict[int, BadRecord]
"""Why records have no shape, by their position in the list that was asked for."""


def shape_texts(records: list[Annotation], refused: Refused) -> list[bytes]:
    """The text of each record's shape; empty for one that is `refused`."""
    all_boxes = b",".join([record.bbox for record in records])
    try:
        boxes = _boxes.decode(_list(all_boxes))
        areas = _areas.decode(_list(b",".join([record.area for record in records])))
    except DecodeError:
        return _one_by_one(records, refused)
    texts: list[bytes] = []
    quick: dict[int, bytes] = {}  # outlines by position
    for at, (record, box, area) in enumerate(zip(records, boxes, areas, strict=True)):
        outline = bytes(record.segmentation)
        if (
            len(box) == 4
            and area is not None
            and not (box[2] < 0 or box[3] < 0 or record.iscrowd)
            and record.attributes is ABSENT
            and record.keypoints is ABSENT
            and record.text is None
            and _has_form_of_rings(outline)
        ):
            parts = (b'"k":"p","g":', outline, b',"b":', record.bbox, b',"ar":', record.area, b"}")
            texts.append(b"".join(parts))  # quicker than `%`
            quick[at] = outline
        else:
            texts.append(_text(at, record, refused))
    # What is rare is looked for in all outlines at once.
    joined = b"".join(quick.values())
    if not _are_plain_numbers(joined):
        return _one_by_one(records, refused)
    if _is_spaced(joined) or _is_spaced(all_boxes):
        for at in quick:
            texts[at] = _dense(texts[at])
    return texts


def _is_spaced(text: bytes) -> bool:
    return b" " in text or b"\n" in text


def _list(joined: bytes) -> bytes:
    return b"[" + joined + b"]"


def _has_form_of_rings(outline: bytes) -> bool:
    """Whether it is `[[...],[...]]`, nothing deeper, an even number of 6 or more values in each."""
    if outline[:2] != b"[[" or outline[-2:] != b"]]":
        return False
    opened = outline.count(b"[")
    if opened == 2:
        commas = outline.count(b",")
        return commas >= 5 and commas & 1 == 1
    rings = outline[2:-2].split(b"],[")
    return len(rings) == opened - 1 and all(
        commas >= 5 and commas & 1 for commas in [ring.count(b",") for ring in rings]
    )


def _are_plain_numbers(rings: bytes) -> bool:
    """Whether lists, known to be JSON, hold numbers only, and none with an exponent, which may be anywhere:
    all else shows by one of these bytes.
    """
    return not any(sign in rings for sign in (b'"', b"{", b"u", b"a", b"e", b"E"))


def _one_by_one(records: list[Annotation], refused: Refused) -> list[bytes]:
    return [_text(at, record, refused) for at, record in enumerate(records)]


def _text(at: int, record: Annotation, refused: Refused) -> bytes:
    try:
        return shape_text(record)
    except BadRecord as bad:
        refused[at] = bad
    except UnicodeDecodeError:
        refused[at] = BadRecord("it is not UTF-8")
    return b""


def shape_text(record: Annotation) -> bytes:
    """The text of one record's shape. Raises BadRecord."""
    has_box = _check_box(record.bbox)
    if record.keypoints is not ABSENT:
        form = _keypoints(record) or _form(bytes(record.segmentation), record.bbox, has_box)
    else:
        form = _form(bytes(record.segmentation), record.bbox, has_box)
    if has_box and not form.startswith(b'"k":"r"'):
        form += b',"b":' + _dense(record.bbox)
    return form + _beside(record) + b"}"


def _check_box(bbox: Raw) -> bool:
    """Whether there is a box. Raises BadRecord."""
    try:
        box = _box.decode(bbox)
    except DecodeError as error:
        raise BadRecord(f"bbox is not a list of four numbers: {error}") from error
    if not box:
        return False
    if len(box) != 4:
        raise BadRecord(f"bbox has {len(box)} numbers, not 4")
    checked(box)
    if box[2] < 0 or box[3] < 0:
        said = _dense(bbox).replace(b",", b", ").decode()
        raise BadRecord(f"bbox {said} has a negative size")
    return True


def _form(segmentation: bytes, bbox: Raw, has_box: bool) -> bytes:
    """Kind and geometry of a shape without keypoints."""
    first = segmentation[:1]
    if first == b"{":
        return b'"k":"m","g":' + _checked_rle(segmentation)
    if first == b"[":
        dense = _dense(segmentation)
        if dense not in {b"[]", b"[[]]"}:
            return b'"k":"p","g":' + _checked_rings(dense)
    elif segmentation != b"null":
        raise BadRecord("segmentation is neither a list of polygons nor run lengths")
    return b'"k":"r","g":' + _dense(bbox) if has_box else b'"k":"c"'


def _checked_rings(segmentation: bytes) -> bytes:
    try:
        rings = _rings.decode(segmentation)
    except DecodeError as error:
        raise BadRecord(f"segmentation is not a list of lists of numbers: {error}") from error
    for ring in rings:
        if len(ring) % 2:
            raise BadRecord(f"a polygon has an odd number of coordinates: {len(ring)}")
        if len(ring) < 6:
            raise BadRecord(f"a polygon has {len(ring) // 2} points; it needs at least 3")
        checked(ring)
    return segmentation


def _checked_rle(segmentation: bytes) -> bytes:
    try:
        _rle.decode(segmentation)
    except DecodeError as error:
        raise BadRecord(f"segmentation is not a run-length object: {error}") from error
    return segmentation


def _keypoints(record: Annotation) -> bytes | None:
    """Kind and geometry of named points, `[x, y, visibility]` each; None if there are none."""
    try:
        numbers = _numbers.decode(record.keypoints) if bytes(record.keypoints) != b"null" else []
    except DecodeError as error:
        raise BadRecord(f"keypoints is not a list of numbers: {error}") from error
    if len(numbers) % 3:
        raise BadRecord(f"keypoints has {len(numbers)} numbers, not three for each point")
    checked(numbers)
    if not numbers:
        return None
    texts = [bytes(text) for text in _texts.decode(record.keypoints)]
    triples = [b",".join(texts[at : at + 3]) for at in range(0, len(texts), 3)]
    form = b'"k":"kp","g":[[' + b"],[".join(triples) + b"]]"
    outline = bytes(record.segmentation)
    if _form(outline, record.bbox, has_box=False) != b'"k":"c"':
        form += b',"e":{"segmentation":' + outline + b"}"
    return form


def _beside(record: Annotation) -> bytes:
    """What the record says beside geometry and box. Raises BadRecord."""
    text = b""
    try:
        if _area.decode(record.area) is not None:
            text += b',"ar":' + bytes(record.area)
    except DecodeError as error:
        raise BadRecord("area is not a number") from error
    if record.iscrowd:
        text += b',"ic":%d' % record.iscrowd
    if record.text is not None:
        text += b',"t":' + msgspec.json.encode(record.text)
    return text + _extra_attributes(record.attributes)


def _extra_attributes(attributes: Raw) -> bytes:
    if bytes(attributes) == b"null":
        return b""
    try:
        decoded = _attributes.decode(attributes)
    except DecodeError as error:
        raise BadRecord(f"attributes is not an object: {error}") from error
    return b',"x":' + msgspec.json.encode(decoded) if decoded else b""


def _dense(numbers: Raw | bytes) -> bytes:
    """Without white space; for text that holds numbers only."""
    return bytes(numbers).translate(None, _SPACE)
