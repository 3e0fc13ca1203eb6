"""Tags: names that people put on data, assets and other objects. Putting them on assets is a change of
a version: see `assettags`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Row, Table, delete, func, insert, select, update

from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.bulk import upsert
from safelight.store.db import Read, Transaction

_tags = schema.tag
DATA, ASSET = "DATA", "ASSET"
AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Tag:
    """`owner_id`: the datalake, dataset version or organization that the name is unique in."""

    tag_id: UUID
    organization_id: UUID
    target_type: str
    owner_id: UUID
    name: str


def _tag(row: Row[Any]) -> Tag:
    return Tag(row.tag_id, row.organization_id, row.target_type, row.owner_id, row.name)


def get(read: Read, organization_id: UUID, tag_id: UUID) -> Tag:
    """Raises NotFound."""
    row = read.first(
        select(_tags).where(_tags.c.tag_id == tag_id, _tags.c.organization_id == organization_id)
    )
    if row is None:
        raise NotFound("There is no such tag.", tag_id=tag_id)
    return _tag(row)


def find(read: Read, owner_id: UUID, target_type: str, name: str) -> Tag | None:
    row = read.first(
        select(_tags).where(
            _tags.c.owner_id == owner_id,
            _tags.c.target_type == target_type,
            _tags.c.name == name,
        )
    )
    return None if row is None else _tag(row)


def of_owner(read: Read, owner_id: UUID, target_type: str | None = None) -> list[Tag]:
    """All tags of a datalake, version or organization, oldest first."""
    statement = select(_tags).where(_tags.c.owner_id == owner_id).order_by(_tags.c.tag_id)
    if target_type is not None:
        statement = statement.where(_tags.c.target_type == target_type)
    return [_tag(row) for row in read.all(statement)]


def of_organization(read: Read, organization_id: UUID, target_type: str) -> list[Tag]:
    """All tags of a kind, wherever they live, oldest first."""
    mine = (_tags.c.organization_id == organization_id, _tags.c.target_type == target_type)
    return [_tag(row) for row in read.all(select(_tags).where(*mine).order_by(_tags.c.tag_id))]


def in_version(read: Read, version_key: int, target_type: str) -> list[tuple[Tag, int]]:
    """The tags that the assets of a version have (of DATA: that their data have), each with on how many of
    them; oldest first.
    """
    assets = schema.asset
    table, column = _place(target_type)
    of_asset = assets.c.data_key if target_type == DATA else assets.c.asset_key
    counted = (
        select(table.c.tag_id, func.count().label("number"))
        .join(assets, of_asset == column)
        .where(assets.c.version_key == version_key)
        .group_by(table.c.tag_id)
        .subquery()
    )
    rows = read.all(
        select(_tags, counted.c.number)
        .join(counted, counted.c.tag_id == _tags.c.tag_id)
        .order_by(_tags.c.tag_id)
    )
    return [(_tag(row), row.number) for row in rows]


def names(read: Read, tag_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of those of the tags that are still there."""
    rows = read.all(select(_tags.c.tag_id, _tags.c.name).where(_tags.c.tag_id.in_(tag_ids)))
    return {row.tag_id: row.name for row in rows}


def add(tx: Transaction, organization_id: UUID, owner_id: UUID, target_type: str, name: str) -> Tag:
    """Raises NameTaken."""
    if find(tx, owner_id, target_type, name) is not None:
        raise NameTaken(f"There is a tag {name!r} already.", name=name)
    tag = Tag(uuid7(), organization_id, target_type, owner_id, name)
    tx.execute(
        insert(_tags).values(
            tag_id=tag.tag_id,
            organization_id=organization_id,
            target_type=target_type,
            owner_id=owner_id,
            name=name,
            created_at=tx.now,
        )
    )
    return tag


def ensure(
    tx: Transaction, organization_id: UUID, owner_id: UUID, target_type: str, name: str
) -> Tag:
    """The tag of this name, made if missing."""
    found = find(tx, owner_id, target_type, name)
    return found or add(tx, organization_id, owner_id, target_type, name)


def rename(tx: Transaction, tag: Tag, name: str) -> Tag:
    """Raises NameTaken."""
    other = find(tx, tag.owner_id, tag.target_type, name)
    if other is not None and other.tag_id != tag.tag_id:
        raise NameTaken(f"There is a tag {name!r} already.", name=name)
    tx.execute(update(_tags).where(_tags.c.tag_id == tag.tag_id).values(name=name))
    return get(tx, tag.organization_id, tag.tag_id)


def remove(tx: Transaction, tag: Tag) -> None:
    """Delete the tag, and take it off everything."""
    tx.execute(delete(schema.object_tag).where(schema.object_tag.c.tag_id == tag.tag_id))
    tx.execute(delete(_tags).where(_tags.c.tag_id == tag.tag_id))


def _place(target_type: str) -> tuple[Table, Column[Any]]:
    """The table of attachments for a kind of target, and its column for the target's key."""
    if target_type == DATA:
        return schema.data_tag, schema.data_tag.c.data_key
    if target_type == ASSET:
        return schema.asset_tag, schema.asset_tag.c.asset_key
    return schema.object_tag, schema.object_tag.c.object_id


def attach(tx: Transaction, tags: Sequence[Tag], targets: Sequence[int | UUID]) -> int:
    """Put tags (of one kind) on targets: keys of data, ids of anything else.

    What is tagged already stays so. The number of targets.
    """
    if tags and targets:
        assert tags[0].target_type != ASSET, "a change of a version is recorded"
        table, column = _place(tags[0].target_type)
        tx.execute(
            upsert(tx, table).on_conflict_do_nothing(),
            [{column.name: one, "tag_id": tag.tag_id} for one in targets for tag in tags],
        )
    return len(targets)


def detach(tx: Transaction, tag: Tag, targets: Sequence[int | UUID]) -> int:
    """Take a tag off targets; how many had it."""
    assert tag.target_type != ASSET, "a change of a version is recorded"
    table, column = _place(tag.target_type)
    number = 0
    for at in range(0, len(targets), AT_ONCE):
        number += tx.execute(
            delete(table).where(
                table.c.tag_id == tag.tag_id, column.in_(targets[at : at + AT_ONCE])
            )
        ).rowcount
    return number


def on(read: Read, target_type: str, targets: Sequence[Any]) -> dict[Any, list[Tag]]:
    """The tags of each target that has any, in the order of their making."""
    table, column = _place(target_type)
    found: dict[Any, list[Tag]] = {}
    for at in range(0, len(targets), AT_ONCE):
        rows = read.all(
            select(_tags, column.label("target"))
            .join(table, table.c.tag_id == _tags.c.tag_id)
            .where(column.in_(targets[at : at + AT_ONCE]))
            .order_by(_tags.c.tag_id)
        )
        for row in rows:
            found.setdefault(row.target, []).append(_tag(row))
    return found
