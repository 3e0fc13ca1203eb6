"""Writes the annotation documents of an import, picture by picture, where nobody sees them yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Final, Literal

import msgspec
from sqlalchemy import Connection

from safelight.batches import batches
from safelight.domain.annotations import (
    Annotation,
    Document,
    MergeMode,
    Numbers,
    Shape,
    merge,
    parse,
)
from safelight.forked import Forked, processors
from safelight.formats.spill import Spill
from safelight.internals import memory
from safelight.internals.checkpoints import DOCUMENTS, Checkpoints
from safelight.internals.import_labels import Labels
from safelight.internals.import_matched import Picture, Pictures
from safelight.internals.import_written import Written, WrittenOf
from safelight.internals.operation import Operation
from safelight.store import documents, pointers
from safelight.store.documents import NewDocument

AT_ONCE = 500  # documents per transaction: well below 100 ms
_DOCUMENT = b'{"a":[{"n":%d,"at":%d,"status":"PENDING","duration":0.0,"attributes":{},"s":[%b]}]}'
_shapes = msgspec.json.Decoder(tuple[Shape, ...])

_Was = tuple[int | None, int | None, int, int]
_Row = tuple[int, _Was, int | None, int, int]
"""Of a checkpoint: the image's position, what its asset was when it was read, and what was written."""

_rows = msgspec.msgpack.Decoder(list[_Row])

LEFT_ALONE: Final = "left alone"
_Made = tuple[NewDocument, Numbers] | Literal["left alone"] | None
"""What is to be written of a picture, and its next numbers; None: nothing is said of it any more."""

FEWEST = 8  # batches: for less it is not worth it to make a process


class Writer:
    """Writes a checkpoint with each batch, and leaves out what checkpoints of the run say was written."""

    def __init__(
        self,
        operation: Operation,
        spill: Spill,
        labels: Labels,
        mode: MergeMode,
        checkpoints: Checkpoints,
    ) -> None:
        self._operation, self._spill, self._mode = operation, spill, mode
        self._keys = labels.keys
        self._all_labels = labels.are_complete
        self._at = labels.at
        self._checkpoints = checkpoints
        self.shapes = 0
        self.written = WrittenOf()

    def restore(self, pictures: Pictures, checkpoints: Iterable[bytes]) -> None:
        """Take over what an earlier process wrote of pictures that are as they were then; documents of
        others are let go.
        """
        places = pictures.places()
        stale = []
        for checkpoint in checkpoints:
            for image, was, document_key, annotation, shape in _rows.decode(checkpoint):
                place = places[image] if image < len(places) else -1
                picture = pictures.at(place) if place >= 0 else None
                if picture is not None and was == _was(picture):
                    self._note(picture, (document_key, Numbers(annotation, shape)))
                elif document_key is not None:
                    stale.append(document_key)
        for some in batches(stale, AT_ONCE):
            with self._operation.db.transaction() as tx:
                pointers.let_go(tx, some)

    def write(self, pictures: Pictures) -> None:
        """Write what each picture shall say, given what it said when it was read."""
        done = len(self.written)

        def todo(places: range) -> list[Picture]:
            return [one for one in pictures.some(places) if one.image not in self.written]

        def made(places: range) -> list[_Made]:
            return self._make(todo(places))

        some = [
            range(at, min(at + AT_ONCE, len(pictures))) for at in range(0, len(pictures), AT_ONCE)
        ]
        memory.give_back()
        with (
            self._operation.db.connection(is_awaited=False) as connection,
            Forked(made, self._processes(len(some))) as forked,
        ):
            for places, new in forked.answers(some):
                if new:
                    self._write_batch(todo(places), new, connection)
                done += len(new)
                self._operation.progress(done, len(pictures), "pictures")
                self._operation.reached(1 + done, f"{done:,} of {len(pictures):,} pictures written")

    def _processes(self, count: int) -> int:
        """How many make documents while this one writes them; none where they are merged with what the database
        holds: nobody else may use its connections. `count` of batches.
        """
        is_worth_it = count >= FEWEST and processors() > 1
        return 1 if is_worth_it and self._mode is not MergeMode.CONCATENATE else 0

    def _make(self, pictures: list[Picture]) -> list[_Made]:
        """What is to be written of each of some pictures."""
        said = self._said_before(pictures)
        return [self._made(picture, said) for picture in pictures]

    def _made(self, picture: Picture, said: dict[int, bytes]) -> _Made:
        if picture.before is not None:
            if self._leaves_alone(picture):
                return LEFT_ALONE
            if picture.before in said:
                return self._merged(picture, parse(said[picture.before]))
        return self._fresh(picture)

    def _write_batch(
        self, pictures: list[Picture], made: list[_Made], connection: Connection
    ) -> None:
        new = [each[0] for each in made if isinstance(each, tuple)]
        with self._operation.db.transaction(on=connection) as tx:
            keys = documents.add_many(tx, self._operation.organization_id, new)
            written = list(_written(pictures, made, keys))
            self._checkpoints.add(tx, DOCUMENTS, _batch(written), keys)
        for picture, what in written:
            self._note(picture, what)

    def _note(self, picture: Picture, written: Written) -> None:
        self.written[picture.image] = written
        self.shapes += written[1].shape - picture.numbers.shape

    def _leaves_alone(self, picture: Picture) -> bool:
        """Whether an asset that says something already stays as it is."""
        if self._mode is MergeMode.CONCATENATE:
            return not self._spill.of_image(picture.image)
        return self._mode is MergeMode.KEEP

    def _said_before(self, batch: list[Picture]) -> dict[int, bytes]:
        if self._mode is not MergeMode.CONCATENATE:
            return {}
        with self._operation.db.read() as read:
            return documents.read_many(read, (picture.before for picture in batch))

    def _fresh(self, picture: Picture) -> _Made:
        """A document of one new annotation; None if the file says nothing of the picture.

        Text is put together, nothing is decoded: this is done a hundred thousand times.
        """
        numbers = picture.numbers
        keys, texts = self._shapes_of(picture)
        if not keys:
            return None
        shapes = [
            b'{"n":%d,"l":%d,%b' % shape
            for shape in zip(count(numbers.shape), keys, texts, strict=False)
        ]
        content = _DOCUMENT % (numbers.annotation, self._at, b",".join(shapes))
        return (
            NewDocument(content, _counted(keys), len(keys)),
            Numbers(numbers.annotation + 1, numbers.shape + len(keys)),
        )

    def _shapes_of(self, picture: Picture) -> tuple[list[int], list[bytes]]:
        """Label keys and texts of a picture's shapes, without those whose label is not imported."""
        positions: Sequence[int] = self._spill.of_image(picture.image)
        category_of, keys = self._spill.categories, self._keys
        if not self._all_labels:
            positions = [position for position in positions if category_of[position] in keys]
        return [keys[category_of[position]] for position in positions], self._spill.texts(positions)

    def merge_into(
        self, picture: Picture, document: Document, numbers: Numbers
    ) -> tuple[Document, Numbers]:
        """What the picture says after the file's shapes arrived for what it says now."""
        said = zip(*self._shapes_of(picture), strict=True)
        drafts = b",".join(b'{"n":0,"l":%d,%b' % shape for shape in said)
        shapes = _shapes.decode(b"[%b]" % drafts)
        if not shapes:
            return (Document() if self._mode is MergeMode.REPLACE else document), numbers
        draft = Annotation(number=0, at=self._at, shapes=shapes)
        return merge(document, draft, self._mode, numbers)

    def _merged(self, picture: Picture, before: Document) -> _Made:
        document, numbers = self.merge_into(picture, before, picture.numbers)
        made = NewDocument.of(document)
        return (made, numbers) if document.annotations else None


def _written(
    pictures: list[Picture], made: list[_Made], keys: Iterable[int]
) -> Iterator[tuple[Picture, Written]]:
    """The pictures that are not left alone, and what was written of each; `keys` of new documents."""
    following = iter(keys)
    for picture, each in zip(pictures, made, strict=True):
        if isinstance(each, tuple):
            yield picture, (next(following), each[1])
        elif each != LEFT_ALONE:
            yield picture, (None, picture.numbers)


def _was(picture: Picture) -> _Was:
    numbers = picture.numbers
    return (picture.asset_key, picture.before, numbers.annotation, numbers.shape)


def _batch(written: list[tuple[Picture, Written]]) -> bytes:
    rows: list[_Row] = [
        (picture.image, _was(picture), key, numbers.annotation, numbers.shape)
        for picture, (key, numbers) in written
    ]
    return msgspec.msgpack.encode(rows)


def _counted(keys: list[int]) -> dict[int, int]:
    """How often each appears. A Counter takes longer to make than these few keys to count."""
    counts: dict[int, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts
