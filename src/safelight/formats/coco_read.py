"""Reads a COCO file of any size and any order of keys in bounded memory; checks every record."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec
from msgspec import DecodeError, Struct

from safelight.domain.datasets import check_name
from safelight.errors import Invalid
from safelight.formats.coco import Annotation, BadRecord, Category, Id, Image, Rejects
from safelight.formats.coco_shape import shape_texts
from safelight.formats.json_stream import CHUNK_BYTES, Element, pieces
from safelight.formats.spill import Spill

_lists: dict[str, msgspec.json.Decoder[list[Any]]] = {
    "images": msgspec.json.Decoder(list[Image]),
    "categories": msgspec.json.Decoder(list[Category]),
    "annotations": msgspec.json.Decoder(list[Annotation]),
}
_single: dict[str, msgspec.json.Decoder[Any]] = {
    "images": msgspec.json.Decoder(Image),
    "categories": msgspec.json.Decoder(Category),
    "annotations": msgspec.json.Decoder(Annotation),
}
_NOUNS = {"images": "image", "categories": "category", "annotations": "annotation"}
_ID_CHECK_AT_ONCE = 2_000_000
FILE_NAME_BYTES = 1024


class _Named(Struct):
    id: Id


_named = msgspec.json.Decoder(_Named)

Progress = Callable[[int, int], None]
"""Called with the bytes read and the shapes found so far."""


@dataclass(slots=True)
class CocoFile:
    """What was read. Images and categories by position, in the order of the file; shapes name
    positions too. What the file never defines, or defines badly, is not here and has no shapes.
    """

    images: dict[int, Image] = field(default_factory=dict)
    categories: dict[int, Category] = field(default_factory=dict)
    rejects: Rejects = field(default_factory=Rejects)


def read(
    file: BinaryIO,
    spill: Spill,
    *,
    progress: Progress = lambda _bytes, _shapes: None,
    chunk_bytes: int = CHUNK_BYTES,
) -> CocoFile:
    """Read all of `file`; its shapes go to `spill`, which is sealed then.

    Raises Invalid, naming the byte, when it is not a COCO file in JSON. Bad records are in `rejects`.
    """
    reader = _Reader(spill)
    found: set[str] = set()
    for piece in pieces(file, _lists, chunk_bytes):
        found.add(piece.key)
        reader.take(piece.key, piece.records)
        for element in piece.elements:
            reader.take_element(piece.key, element)
        progress(piece.offset, len(spill))
    for key in ("images", "annotations"):
        if key not in found:
            raise Invalid(f"This is not a COCO file: it has no list {key!r}.")
    return reader.finish()


class _Reader:
    def __init__(self, spill: Spill) -> None:
        self._spill = spill
        self._file = CocoFile()
        self._images: dict[int, int] = {}  # position by id, given at first sight from either side
        self._categories: dict[int, int] = {}
        self._filenames: set[str] = set()

    def take(self, key: str, records: list[Any]) -> None:
        if key == "annotations":
            self._take_annotations(records)
            return
        take = self._take_image if key == "images" else self._take_category
        for record in records:
            try:
                take(record)
            except BadRecord as bad:
                self._reject(f"{_NOUNS[key]} {record.id}", bad)

    def take_element(self, key: str, element: Element) -> None:
        """One record of a piece that did not decode as a whole."""
        try:
            record = _single[key].decode(element.text)
        except (DecodeError, UnicodeDecodeError) as error:
            name = _name(_NOUNS[key], element)
            self._file.rejects.add(f"{name} at byte {element.offset}", _why(element.text, error))
            return
        self.take(key, [record])

    def _reject(self, where: str, bad: BadRecord) -> None:
        self._file.rejects.add(where, str(bad))

    def _take_image(self, image: Image) -> None:
        position = self._images.setdefault(image.id, len(self._images))
        if position in self._file.images:
            raise BadRecord("its id appears twice")
        _check_file_name(image.file_name)
        if image.file_name in self._filenames:
            raise BadRecord(f"file_name {image.file_name!r} appears twice")
        self._filenames.add(image.file_name)
        self._file.images[position] = image

    def _take_category(self, category: Category) -> None:
        position = self._categories.setdefault(category.id, len(self._categories))
        if position in self._file.categories:
            raise BadRecord("its id appears twice")
        try:
            check_name(category.name, "label")
        except Invalid as invalid:
            reason = invalid.message.removesuffix(".")
            raise BadRecord(f"name {category.name[:80]!r}: {reason}") from invalid
        self._file.categories[position] = category

    def _take_annotations(self, records: list[Annotation]) -> None:
        found = shape_texts(records, self._refuse)
        texts = [text for text in found if text is not None]
        if len(texts) < len(records):
            kept = zip(records, found, strict=True)
            records = [record for record, text in kept if text is not None]
        self._spill.add(
            texts,
            _positions(self._images, [record.image_id for record in records]),
            _positions(self._categories, [record.category_id for record in records]),
            [record.id for record in records],
        )

    def _refuse(self, record: Annotation, bad: BadRecord) -> None:
        self._reject(f"annotation {record.id}", bad)

    def finish(self) -> CocoFile:
        """Judge what only the whole file can tell: references and ids that appear twice."""
        file, spill = self._file, self._spill
        dropped = self._drop_unknown("image", self._images, file.images, spill.images)
        dropped |= self._drop_unknown(
            "category", self._categories, file.categories, spill.categories
        )
        dropped |= self._drop_repeated()
        spill.seal(len(self._images), dropped)
        return file

    def _drop_unknown(
        self, noun: str, positions: dict[int, int], defined: Collection[int], named: array[int]
    ) -> set[int]:
        unknown = {position: id for id, position in positions.items() if position not in defined}
        if not unknown:
            return set()
        dropped = set()
        for shape, position in enumerate(named):
            if position in unknown:
                dropped.add(shape)
                where = f"annotation {self._spill.ids[shape]}"
                self._file.rejects.add(where, f"{noun}_id {unknown[position]} is unknown")
        return dropped

    def _drop_repeated(self) -> set[int]:
        repeated = _repeated(self._spill.ids)
        if not repeated:
            return set()
        seen, dropped = set(), set()
        for shape, id in enumerate(self._spill.ids):
            if id in seen:
                dropped.add(shape)
                self._file.rejects.add(f"annotation {id}", "its id appears twice")
            elif id in repeated:
                seen.add(id)
        return dropped


def _positions(known: dict[int, int], ids: list[int]) -> list[int]:
    """Where ids stand; one that is seen for the first time gets the next place."""
    try:
        return [known[id] for id in ids]
    except KeyError:
        return [known.setdefault(id, len(known)) for id in ids]


def _check_file_name(name: str) -> None:
    """Whether a store can keep and look up this name. Raises BadRecord."""
    if not name.strip():
        raise BadRecord("file_name is empty")
    # PostgreSQL takes no NUL in a text, and at most some 2,700 bytes in an index.
    if len(name) > FILE_NAME_BYTES // 4 and len(name.encode()) > FILE_NAME_BYTES:
        raise BadRecord(f"file_name has more than {FILE_NAME_BYTES:,} bytes")
    if not name.isprintable() and any(ord(letter) < 32 for letter in name):
        raise BadRecord(f"file_name {name[:80]!r} has control characters")


def _repeated(ids: Collection[int]) -> set[int]:
    """The ids that appear more than once. Looks at a share at a time, so that memory stays bounded."""
    shares = len(ids) // _ID_CHECK_AT_ONCE + 1
    repeated: set[int] = set()
    for share in range(shares):
        mine = ids if shares == 1 else [id for id in ids if id % shares == share]
        if len(set(mine)) == len(mine):
            continue
        seen: set[int] = set()
        for id in mine:
            if id in seen:
                repeated.add(id)
            seen.add(id)
    return repeated


def _name(noun: str, element: Element) -> str:
    """The record by its id where that can be read, else by its kind alone."""
    try:
        return f"{noun} {_named.decode(element.text).id}"
    except (DecodeError, UnicodeDecodeError):
        pass
    try:
        decoded = json.loads(element.text)
    except ValueError:
        return noun
    id = decoded.get("id") if isinstance(decoded, dict) else None
    return noun if isinstance(id, bool) or not isinstance(id, int) else f"{noun} {id}"


def _why(text: bytes, error: DecodeError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if any(word in text for word in (b"NaN", b"Infinity")) and "malformed" in str(error):
        return "it holds NaN or Infinity"
    return str(error).replace("Object missing", "it misses the").replace(" - at `$.", " - at `")
