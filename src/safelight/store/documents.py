"""Immutable documents: annotations of one asset, or labels of one version. Nothing here changes one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from safelight.domain.annotations import Document, build
from safelight.domain.annotations import counts as count_labels
from safelight.store import bulk, schema
from safelight.store.db import Read, Transaction
from safelight.store.keys import reserve

_documents = schema.document
READ_AT_ONCE = 1000
_COLUMNS = (
    _documents.c.document_key,
    _documents.c.organization_id,
    _documents.c.counts,
    _documents.c.shapes,
    _documents.c.content,
)


@dataclass(frozen=True, slots=True)
class NewDocument:
    """`counts`: shapes per label key; `shapes`: all of them."""

    content: bytes
    counts: dict[int, int]
    shapes: int

    @classmethod
    def of(cls, document: Document) -> NewDocument:
        """Of an annotation document."""
        counts = count_labels(document)
        return cls(build(document), counts, sum(counts.values()))


def add(
    tx: Transaction,
    organization_id: UUID,
    content: bytes,
    counts: dict[int, int] | None = None,
    shapes: int = 0,
) -> int:
    """Store one document; its key."""
    [key] = add_many(tx, organization_id, [NewDocument(content, counts or {}, shapes)])
    return key


def add_many(tx: Transaction, organization_id: UUID, new: Sequence[NewDocument]) -> list[int]:
    """Store documents; their keys in the same order. They are invisible until something points there."""
    keys = reserve(tx, _documents, len(new))
    bulk.insert(
        tx,
        _COLUMNS,
        [
            (key, organization_id, _json_counts(one.counts), one.shapes, one.content)
            for key, one in zip(keys, new, strict=True)
        ],
    )
    return keys


def _json_counts(counts: dict[int, int]) -> dict[str, int] | None:
    return {str(label): count for label, count in counts.items()} or None


def get(read: Read, document_key: int | None) -> bytes | None:
    """The content behind a pointer; None behind none."""
    if document_key is None:
        return None
    content: bytes = read.scalar(
        select(_documents.c.content).where(_documents.c.document_key == document_key)
    )
    return bytes(content)


def shape_total(read: Read, document_keys: Sequence[int]) -> int:
    """How many shapes these hold together."""
    total = 0
    for at in range(0, len(document_keys), READ_AT_ONCE):
        some = document_keys[at : at + READ_AT_ONCE]
        query = select(func.sum(_documents.c.shapes)).where(_documents.c.document_key.in_(some))
        total += int(read.scalar(query) or 0)
    return total


def read_many(read: Read, document_keys: Iterable[int | None]) -> dict[int, bytes]:
    """Contents by key."""
    wanted = sorted({key for key in document_keys if key is not None})
    found: dict[int, bytes] = {}
    for at in range(0, len(wanted), READ_AT_ONCE):
        rows = read.all(
            select(_documents.c.document_key, _documents.c.content).where(
                _documents.c.document_key.in_(wanted[at : at + READ_AT_ONCE])
            )
        )
        found.update((row.document_key, bytes(row.content)) for row in rows)
    return found
