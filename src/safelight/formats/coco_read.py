"""Reads a COCO file of any size and any order of keys in bounded memory; checks every record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

import msgspec
from msgspec import DecodeError, Struct

from safelight.errors import Invalid
from safelight.formats.coco import Annotation, Category, Id, Image
from safelight.formats.coco_judge import Defined, Judge, Stretch
from safelight.formats.coco_shape import Refused, shape_texts
from safelight.formats.found import Found, check_category_name, check_file_name
from safelight.formats.json_stream import CHUNK_BYTES, Element, Piece, pieces
from safelight.formats.pictures import Pictures
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.tree import Tree

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


class _Named(Struct):
    id: Id


_named = msgspec.json.Decoder(_Named)


def read_tree(tree: Tree, reading: Reading) -> Found:
    """Read the one JSON file of a tree, and find the pictures that lie beside it. Raises Invalid."""
    files = tree.named(".json")
    if len(files) != 1:
        raise Invalid(f"One JSON file is read as COCO's, not {len(files)}: {', '.join(files[:5])}.")
    with tree.open(files[0]) as file:
        found = read(file, reading)
    pictures = Pictures(tree)
    for position, image in list(found.images.items()) if pictures else ():
        try:
            member = pictures.find(image.file_name)
        except BadRecord as bad:
            del found.images[position]
            found.rejects.add(image.where, str(bad))
            continue
        if member is not None:
            found.members[position] = member
    return found


def read(file: BinaryIO, reading: Reading, *, chunk_bytes: int = CHUNK_BYTES) -> Found:
    """Read all of `file`, which can seek; its shapes go to the spill, which is sealed then.

    Raises Invalid, naming the byte, when it is not a COCO file in JSON. Bad records are in `rejects`.
    """
    reader = _Reader(file, reading)
    lists: set[str] = set()
    for piece in pieces(file, _lists, chunk_bytes):
        lists.add(piece.key)
        reader.take(piece)
        reading.progress(piece.offset, len(reading.spill))
    for key in ("images", "annotations"):
        if key not in lists:
            raise Invalid(f"This is not a COCO file: it has no list {key!r}.")
    return reader.finish()


class _Reader:
    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        self._file, self._reading, self._spill = file, reading, reading.spill
        self._found = Found(rejects=reading.rejects)
        self._images = Defined(self._found.images, self._check_image)
        self._categories = Defined(self._found.categories, _check_category)
        self._filenames: set[str] = set()
        self._stretches: list[Stretch] = []
        self._places = dict.fromkeys(_lists, 0)  # how many elements of each list came before

    def take(self, piece: Piece) -> None:
        if piece.key == "annotations":
            self._take_annotations(piece)
        else:
            self._take_definitions(piece)
        self._places[piece.key] += len(piece.records or piece.elements)

    def _records(self, piece: Piece) -> list[Any]:
        """The decoded records; None in the place of a bad one."""
        if not piece.elements:
            return piece.records
        return [self._decoded(piece, at, element) for at, element in enumerate(piece.elements)]

    def _decoded(self, piece: Piece, at: int, element: Element) -> Any:
        """A record of a piece that did not decode as a whole."""
        try:
            return _single[piece.key].decode(element.text)
        except (DecodeError, UnicodeDecodeError) as error:
            self._reject(piece, at, _name(piece.key, element), _why(element.text, error))
            return None

    def _take_definitions(self, piece: Piece) -> None:
        defined = self._images if piece.key == "images" else self._categories
        positions = defined.positions
        for at, record in enumerate(self._records(piece)):
            if record is None:
                continue
            position = positions.setdefault(record.id, len(positions))
            if position in defined.records:
                self._reject(piece, at, None, f"its id {record.id} appears twice")
                continue
            try:
                defined.check(record)
            except BadRecord as bad:
                self._reject(piece, at, record.where, str(bad))
                continue
            defined.records[position] = record
            if self._reading.only and self._reading.wants(record.where, self._place(piece, at)):
                defined.wanted.add(position)

    def _check_image(self, image: Image) -> None:
        check_file_name(image.file_name)
        if image.file_name in self._filenames:
            raise BadRecord(f"file_name {image.file_name!r} appears twice")
        self._filenames.add(image.file_name)

    def _take_annotations(self, piece: Piece) -> None:
        records = self._records(piece)
        places: Sequence[int] = range(len(records))
        if piece.elements:
            places = [at for at in places if records[at] is not None]
            records = [records[at] for at in places]
        refused: Refused = {}
        texts = shape_texts(records, refused)
        for position, bad in refused.items():
            self._refuse(piece, places[position], records[position], bad)
        if refused:
            kept = [position for position in range(len(records)) if position not in refused]
            places = [places[position] for position in kept]
            records = [records[position] for position in kept]
            texts = [texts[position] for position in kept]
        before = self._places["annotations"]
        self._stretches.append(Stretch(piece.start, piece.offset, before, places, len(self._spill)))
        self._spill.add(
            texts,
            self._images.at([record.image_id for record in records]),
            self._categories.at([record.category_id for record in records]),
            [record.id for record in records],
        )

    def _refuse(self, piece: Piece, at: int, record: Annotation, bad: BadRecord) -> None:
        also = f"image {record.image_id}", f"category {record.category_id}"
        self._reject(piece, at, f"annotation {record.id}", str(bad), also)

    def _reject(
        self, piece: Piece, at: int, name: str | None, reason: str, also: Sequence[str] = ()
    ) -> None:
        """A record is bad. It goes by `name` or, where that says too little, by its place in its
        list; it is wanted by either, and by what it refers to.
        """
        place = self._place(piece, at)
        if self._reading.wants(place, name or place, *also):
            self._report(name or place, reason, piece.element(at))

    def _place(self, piece: Piece, at: int) -> str:
        return f"{piece.key}[{self._places[piece.key] + at}]"

    def _report(self, where: str, reason: str, element: Element) -> None:
        self._found.rejects.add(where, reason, offset=element.offset, record=element.text)

    def finish(self) -> Found:
        judge = Judge(
            self._file,
            self._reading,
            self._found,
            self._images,
            self._categories,
            self._stretches,
        )
        return judge.finish()


def _check_category(category: Category) -> None:
    check_category_name(category.name)


def _name(key: str, element: Element) -> str | None:
    """The record by its id, where that can be read."""
    try:
        return f"{_NOUNS[key]} {_named.decode(element.text).id}"
    except (DecodeError, UnicodeDecodeError):
        pass
    try:
        decoded = json.loads(element.text)
    except ValueError:
        return None
    id = decoded.get("id") if isinstance(decoded, dict) else None
    return None if isinstance(id, bool) or not isinstance(id, int) else f"{_NOUNS[key]} {id}"


def _why(text: bytes, error: DecodeError | UnicodeDecodeError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if any(word in text for word in (b"NaN", b"Infinity")) and "malformed" in str(error):
        return "it holds NaN or Infinity"
    return str(error).replace("Object missing", "it misses the").replace(" - at `$.", " - at `")
