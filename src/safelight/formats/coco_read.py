"""Reads a COCO file of any size and any order of keys in bounded memory; checks every record."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, BinaryIO

from safelight.errors import Invalid
from safelight.formats import ahead
from safelight.formats.ahead import Ahead
from safelight.formats.coco import Category, Image
from safelight.formats.coco_judge import Defined, Judge, Placed
from safelight.formats.coco_records import LISTS, Refusal, decoded
from safelight.formats.coco_stretch import KEY, Stretch, read_ahead, stretch
from safelight.formats.found import Found, check_category_name
from safelight.formats.images import FileNames, check_file_name
from safelight.formats.json_stream import CHUNK_BYTES, Piece, pieces
from safelight.formats.pictures import Pictures
from safelight.formats.reading import Reading
from safelight.formats.rejects import BadRecord
from safelight.formats.tree import Tree


def read_tree(tree: Tree, reading: Reading) -> Found:
    """Read the one JSON file of a tree, and find the pictures that lie beside it. Raises Invalid."""
    files = tree.named(".json")
    if len(files) != 1:
        named = f"{len(files)}: {', '.join(files[:5])}" if files else "none"
        raise Invalid(f"One JSON file is read as COCO's, not {named}.")
    with tree.open(files[0]) as file:
        found = read(file, reading)
    pictures = Pictures(tree)
    for position, image in found.images.items() if pictures else ():
        try:
            member = pictures.find(image.file_name)
        except BadRecord as bad:
            del found.images[position]
            found.rejects.add(image.where, str(bad))
            continue
        if member is not None:
            found.members[position] = member
    return found


def read(
    file: BinaryIO,
    reading: Reading,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    ahead_bytes: int = ahead.CHUNK_BYTES,
) -> Found:
    """Read all of `file`, which can seek; its shapes go to the spill, which is sealed then. So many bytes are
    looked at at a time, and so many by each process that reads ahead.

    Raises Invalid, naming the byte, when it is not a COCO file in JSON. Bad records are in `rejects`.
    """
    reader = _Reader(file, reading)
    lists: set[str] = set()
    work = partial(read_ahead, spill=reading.spill)
    with Ahead(file, work, reading.processes, ahead_bytes) as others:
        for piece in pieces(file, LISTS, chunk_bytes, {KEY: others.read}):
            lists.add(piece.key)
            reader.take(piece)
            reading.progress(piece.offset, len(reading.spill))
    for key in ("images", KEY):
        if key not in lists:
            raise Invalid(f"This is not a COCO file: it has no list {key!r}.")
    return reader.finish()


class _Reader:
    def __init__(self, file: BinaryIO, reading: Reading) -> None:
        self._file, self._reading, self._spill = file, reading, reading.spill
        self._found = Found(reading.spill.pictures, rejects=reading.rejects)
        self._images = Defined(self._found.images)
        self._categories = Defined(self._found.categories)
        self._names = FileNames(self._found.images)
        self._placed: list[Placed] = []
        self._places = dict.fromkeys(LISTS, 0)  # how many elements of each list came before

    def take(self, piece: Piece) -> None:
        if piece.key == KEY:
            made: Stretch = piece.answer or stretch(piece, self._spill)
            self._take_annotations(piece, made)
            self._places[KEY] += made.count
        else:
            self._take_definitions(piece)
            self._places[piece.key] += len(piece.records or piece.elements)

    def _take_definitions(self, piece: Piece) -> None:
        of_images = piece.key == "images"
        defined = self._images if of_images else self._categories
        check: Callable[[Any], None] = self._check_image if of_images else _check_category
        positions = defined.positions
        records, refused = decoded(piece)
        for refusal in refused:
            self._refuse(piece.key, refusal)
        for at, record in enumerate(records):
            if record is None:
                continue
            position = positions.give(record.id)
            if position in defined.records:
                twin = f"its id {record.id} appears twice"
                self._refuse(piece.key, Refusal(at, None, twin, piece.element(at)))
                continue
            try:
                check(record)
            except BadRecord as bad:
                refusal = Refusal(at, record.where, str(bad), piece.element(at))
                self._refuse(piece.key, refusal)
                continue
            defined.records[position] = record
            if self._reading.only and self._reading.wants(record.where, self._place(piece.key, at)):
                defined.wanted.add(position)

    def _check_image(self, image: Image) -> None:
        check_file_name(image.file_name)
        self._names.add(image.file_name)

    def _take_annotations(self, piece: Piece, made: Stretch) -> None:
        for refusal in made.refused:
            self._refuse(KEY, refusal)
        before = self._places[KEY]
        self._placed.append(
            Placed(piece.start, piece.offset, before, made.places, len(self._spill))
        )
        self._spill.note(
            made.written,
            made.lengths,
            self._images.positions.at(made.image_ids),
            self._categories.positions.at(made.category_ids),
            made.ids,
        )

    def _refuse(self, key: str, refusal: Refusal) -> None:
        """A record is bad. It goes by its name or, where it has none, by its place in its list; it is wanted by
        either, and by what it refers to.
        """
        place, element = self._place(key, refusal.at), refusal.element
        where = refusal.name or place
        if self._reading.wants(place, where, *refusal.also):
            self._found.rejects.add(
                where, refusal.reason, offset=element.offset, record=element.text
            )

    def _place(self, key: str, at: int) -> str:
        return f"{key}[{self._places[key] + at}]"

    def finish(self) -> Found:
        del self._names  # it takes as much memory as all that follows
        judge = Judge(
            self._file,
            self._reading,
            self._found,
            self._images,
            self._categories,
            self._placed,
        )
        return judge.finish()


def _check_category(category: Category) -> None:
    check_category_name(category.name)
