"""The pointers of a whole version at once: read by file name, copied into a fork, let go of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, literal, null, select, true

from safelight.domain.annotations import Numbers
from safelight.store import schema, tags, versions
from safelight.store.columns import Id
from safelight.store.db import Read, Transaction
from safelight.store.versions import Version

_assets, _data, _documents = schema.asset, schema.data, schema.document
COPIED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Pointer:
    """What an asset points to, and the numbers it gives out next."""

    asset_key: int
    data_key: int
    document_key: int | None
    numbers: Numbers


def by_filename(read: Read, version_key: int) -> dict[str, Pointer]:
    """All assets of a version by file name; of two equal names the newer asset."""
    rows = read.execute(
        select(
            _data.c.filename,
            _assets.c.asset_key,
            _assets.c.data_key,
            _assets.c.document_key,
            _assets.c.next_annotation,
            _assets.c.next_shape,
        )
        .join(_data, _data.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version_key)
        .order_by(_assets.c.asset_key)
    )
    return {
        name: Pointer(asset_key, data_key, document_key, Numbers(annotation, shape))
        for name, asset_key, data_key, document_key, annotation, shape in rows
    }


def newest_data_key(read: Read, datalake_id: UUID) -> int:
    """Of the newest data of a datalake; 0 if it has none."""
    newest = select(func.max(_data.c.data_key)).where(_data.c.datalake_id == datalake_id)
    return read.scalar(newest) or 0


def copy(
    tx: Transaction,
    source: Version,
    into: Version,
    *,
    with_documents: bool,
    asset_keys: Sequence[int] | None,
) -> int:
    """Fill an empty version with the assets of another, or some of them, in their order; how many.

    Pointers are copied, documents shared. `into` must be open to write alone. No change is recorded:
    the version was made for this, so undoing it removes the version.
    """
    said = (
        (_assets.c.document_key, _assets.c.next_annotation, _assets.c.next_shape)
        if with_documents
        else (null(), literal(1), literal(1))
    )
    names = (
        "version_key",
        "data_key",
        "created_at",
        "document_key",
        "next_annotation",
        "next_shape",
    )
    copied = 0
    for condition in _some(asset_keys):
        rows = (
            select(literal(into.version_key), _assets.c.data_key, literal(tx.now), *said)
            .where(_assets.c.version_key == source.version_key, condition)
            .order_by(_assets.c.asset_key)
        )
        statement = insert(_assets).from_select(names, rows)
        copied += tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount
    versions.count_assets(tx, into, copied)
    return copied


def _some(asset_keys: Sequence[int] | None) -> Iterator[ColumnElement[bool]]:
    if asset_keys is None:
        yield true()
        return
    wanted = sorted(set(asset_keys))
    for at in range(0, len(wanted), COPIED_AT_ONCE):
        yield _assets.c.asset_key.in_(wanted[at : at + COPIED_AT_ONCE])


def copy_tags(tx: Transaction, source: Version, into: Version) -> None:
    """Give copied assets the tags of their originals, as tags of the new version."""
    new, old = _assets.alias("new"), _assets.alias("old")
    for tag in tags.of_owner(tx, source.version_id, tags.ASSET):
        twin = tags.ensure(tx, into.organization_id, into.version_id, tags.ASSET, tag.name)
        same_data = (old.c.data_key == new.c.data_key) & (old.c.version_key == source.version_key)
        rows = (
            select(new.c.asset_key, literal(twin.tag_id, Id))
            .join(old, same_data)
            .join(schema.asset_tag, schema.asset_tag.c.asset_key == old.c.asset_key)
            .where(new.c.version_key == into.version_key, schema.asset_tag.c.tag_id == tag.tag_id)
        )
        tx.execute(insert(schema.asset_tag).from_select(("asset_key", "tag_id"), rows))


def let_go(tx: Transaction, document_keys: Sequence[int]) -> None:
    """Remove those of the documents that no asset points to."""
    used = exists().where(_assets.c.document_key == _documents.c.document_key)
    tx.execute(delete(_documents).where(_documents.c.document_key.in_(document_keys), ~used))
