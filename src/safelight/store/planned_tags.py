"""Tags of the pictures that are planned for (see `planned.py`), each put on or taken off in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    select,
    update,
)

from safelight.store import bulk, schema, tags
from safelight.store.columns import Id
from safelight.store.db import Read, Transaction
from safelight.store.planned import gathered, noted_label, planned
from safelight.store.tags import Tag
from safelight.store.versions import Version

_assets, _asset_tags = schema.asset, schema.asset_tag


def ensure(tx: Transaction, version: Version, name: str) -> Tag:
    """The tag of this name for pictures of the version, made if missing."""
    return tags.ensure(tx, version.organization_id, version.version_id, tags.ASSET, name.strip())


def put_on(tx: Transaction, tag: Tag, *, part: int | None = None) -> int:
    """Tag all planned pictures, or those of a part; how many did not have it."""
    rows = select(planned.c.asset_key, literal(tag.tag_id, Id)).where(
        planned.c.asset_key.is_not(None), not_(_has(planned.c.asset_key, tag.tag_id))
    )
    if part is not None:
        rows = rows.where(planned.c.part == part)
    return _insert(tx, rows)


def take_off(tx: Transaction, tag: Tag) -> int:
    """Untag all planned pictures; how many had it."""
    chosen = select(planned.c.asset_key).where(planned.c.asset_key.is_not(None))
    return int(
        tx.execute(
            delete(_asset_tags).where(
                _asset_tags.c.tag_id == tag.tag_id, _asset_tags.c.asset_key.in_(chosen)
            )
        ).rowcount
    )


def set_part(read: Read, tag: Tag, part: int) -> int:
    """Put the pictures that have the tag into a part; how many are in another one already."""
    has = _has(planned.c.asset_key, tag.tag_id)
    both = read.scalar(
        select(func.count()).select_from(planned).where(has, planned.c.part.is_not(None))
    )
    read.execute(update(planned).where(has, planned.c.part.is_(None)).values(part=part))
    return int(both)


def bring_along(tx: Transaction, rank: int, source: Version, into: Version) -> int:
    """Give pictures the tags that they have in a version they were gathered from; how many were put on."""
    put = 0
    for tag in tags.of_owner(tx, source.version_id, tags.ASSET):
        has = and_(
            _asset_tags.c.asset_key == gathered.c.asset_key, _asset_tags.c.tag_id == tag.tag_id
        )
        here = and_(
            _assets.c.version_key == into.version_key, _assets.c.data_key == gathered.c.data_key
        )
        twin = ensure(tx, into, tag.name)
        put += _insert(
            tx,
            select(_assets.c.asset_key, literal(twin.tag_id, Id))
            .select_from(gathered.join(_asset_tags, has).join(_assets, here))
            .where(gathered.c.rank == rank, not_(_has(_assets.c.asset_key, twin.tag_id))),
        )
    return put


# --- classes that shall become tags -------------------------------------------------------------------


def note(read: Read, data_keys: Sequence[int], labels: Sequence[tuple[int, int]]) -> None:
    """Note the labels of pictures, as pairs of (data key, label key), in the place of what was noted."""
    read.execute(delete(noted_label).where(noted_label.c.data_key.in_(data_keys)))
    bulk.insert(read, (noted_label.c.data_key, noted_label.c.label_key), labels)


def noted_labels(read: Read) -> list[int]:
    """The keys of all labels that were noted, ascending."""
    rows = read.all(select(noted_label.c.label_key).distinct().order_by(noted_label.c.label_key))
    return [row.label_key for row in rows]


def put_on_noted(tx: Transaction, tag: Tag, label_key: int) -> int:
    """Tag the pictures that a label was noted for; how many did not have the tag."""
    return _insert(
        tx,
        select(planned.c.asset_key, literal(tag.tag_id, Id))
        .join(noted_label, noted_label.c.data_key == planned.c.data_key)
        .where(
            noted_label.c.label_key == label_key,
            planned.c.asset_key.is_not(None),
            not_(_has(planned.c.asset_key, tag.tag_id)),
        ),
    )


def _has(asset_key: ColumnElement[int], tag_id: UUID) -> ColumnElement[bool]:
    other = _asset_tags.alias("other")
    return exists().where(other.c.asset_key == asset_key, other.c.tag_id == tag_id)


def _insert(tx: Transaction, rows: Select[Any]) -> int:
    statement = insert(_asset_tags).from_select(("asset_key", "tag_id"), rows)
    return int(tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount)
