"""Writes the annotation documents of an import, picture by picture, where nobody sees them yet."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, islice
from types import TracebackType
from typing import Self

import msgspec
from sqlalchemy import Connection

from safelight.domain.annotations import (
    Annotation,
    Document,
    MergeMode,
    Numbers,
    Shape,
    merge,
    parse,
)
from safelight.formats.spill import Spill
from safelight.internals.import_labels import Labels
from safelight.internals.import_match import Picture
from safelight.internals.operation import Operation
from safelight.store import documents, pointers
from safelight.store.documents import NewDocument

AT_ONCE = 500  # documents per transaction: well below 100 ms
_DOCUMENT = b'{"a":[{"n":%d,"at":%d,"status":"PENDING","duration":0.0,"attributes":{},"s":[%b]}]}'
_shapes = msgspec.json.Decoder(tuple[Shape, ...])

Written = tuple[int | None, Numbers]
"""The document of a picture (None: nothing is said of it) and the asset's next numbers."""


class Writer:
    """Removes what it wrote when left without `keep`."""

    def __init__(self, operation: Operation, spill: Spill, labels: Labels, mode: MergeMode) -> None:
        self._operation, self._spill, self._mode = operation, spill, mode
        self._keys = labels.keys
        self._all_labels = labels.are_complete
        self._at = operation.db.clock()
        self._document_keys: list[int] = []
        self._kept = False
        self.shapes = 0
        self.written: dict[int, Written] = {}  # by the image's position; left alone: no entry

    def write(self, pictures: list[Picture]) -> None:
        """Write what each picture shall say, given what it said when it was read."""
        todo = iter(pictures)
        done = 0
        with self._operation.db.connection(is_awaited=False) as connection:
            while batch := list(islice(todo, AT_ONCE)):
                self._write_batch(batch, connection)
                done += len(batch)
                self._operation.progress(done, len(pictures), "pictures")

    def _write_batch(self, batch: list[Picture], connection: Connection) -> None:
        said = self._said_before(batch)
        new: list[NewDocument] = []
        speaking: list[tuple[Picture, Numbers]] = []
        for picture in batch:
            if picture.before is not None and self._leaves_alone(picture):
                continue
            if picture.before is not None and picture.before in said:
                made = self._merged(picture, parse(said[picture.before]))
            else:
                made = self._fresh(picture)
            if made is None:
                self.written[picture.image] = (None, picture.numbers)
            else:
                new.append(made[0])
                speaking.append((picture, made[1]))
        with self._operation.db.transaction(on=connection) as tx:
            keys = documents.add_many(tx, self._operation.organization_id, new)
        self._document_keys += keys
        for (picture, numbers), key in zip(speaking, keys, strict=True):
            self.written[picture.image] = (key, numbers)

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

    def _fresh(self, picture: Picture) -> tuple[NewDocument, Numbers] | None:
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
        self.shapes += len(keys)
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

    def _merged(self, picture: Picture, before: Document) -> tuple[NewDocument, Numbers] | None:
        document, numbers = self.merge_into(picture, before, picture.numbers)
        made = NewDocument.of(document)
        self.shapes += numbers.shape - picture.numbers.shape
        return (made, numbers) if document.annotations else None

    def keep(self) -> None:
        """Something points to the documents now."""
        self._kept = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if not self._kept:
            pointers.let_go(self._operation.db, self._document_keys)


def _counted(keys: list[int]) -> dict[int, int]:
    """How often each appears. A Counter takes longer to make than these few keys to count."""
    counts: dict[int, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return counts
