"""Tags on assets: part of what a version says, so that each step is recorded in a change set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, delete, exists, insert, literal, select

from safelight.errors import NotFound
from safelight.store import changes, schema, tags
from safelight.store.changes import ChangeSet
from safelight.store.columns import Id
from safelight.store.db import Transaction
from safelight.store.tags import Tag
from safelight.store.versions import Version

_assets, _asset_tags = schema.asset, schema.asset_tag
AT_ONCE = 5000

Change = Callable[[Transaction, ChangeSet, Version, Sequence[Tag], Sequence[int]], int]


def attach(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    given: Sequence[Tag],
    asset_keys: Sequence[int],
) -> int:
    """Put tags of a version on assets of it that are held; the number of assets.

    What is tagged already stays so. Raises NotFound for a tag of something else.
    """
    for tag in given:
        for some in _some(asset_keys):
            attach_where(tx, change_set, version, tag, some)
    return len(asset_keys)


def detach(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    given: Sequence[Tag],
    asset_keys: Sequence[int],
) -> int:
    """Take tags off; how many there were."""
    return sum(
        detach_where(tx, change_set, version, tag, some)
        for tag in given
        for some in _some(asset_keys)
    )


def _some(asset_keys: Sequence[int]) -> list[ColumnElement[bool]]:
    steps = range(0, len(asset_keys), AT_ONCE)
    return [_assets.c.asset_key.in_(list(asset_keys[at : at + AT_ONCE])) for at in steps]


def attach_where(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    tag: Tag,
    *conditions: ColumnElement[bool],
) -> int:
    """Put a tag on all assets of a version that meet conditions on `schema.asset`; on how many it was
    not yet. The assets must be held, or `version` open to write alone.
    """
    _check(version, tag)
    has = exists().where(
        _asset_tags.c.asset_key == _assets.c.asset_key, _asset_tags.c.tag_id == tag.tag_id
    )
    chosen = (_assets.c.version_key == version.version_key, ~has, *conditions)
    rows = select(_assets.c.asset_key, literal(tag.tag_id, Id)).where(*chosen)
    changes.record_tags(tx, change_set, rows, is_on=True)
    statement = insert(_asset_tags).from_select(("asset_key", "tag_id"), rows)
    number: int = tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount
    return number


def detach_where(
    tx: Transaction,
    change_set: ChangeSet,
    version: Version,
    tag: Tag,
    *conditions: ColumnElement[bool],
) -> int:
    """Take a tag off all assets of a version that meet conditions on `schema.asset`; how many had it."""
    _check(version, tag)
    keys = select(_assets.c.asset_key).where(
        _assets.c.version_key == version.version_key, *conditions
    )
    chosen = (_asset_tags.c.tag_id == tag.tag_id, _asset_tags.c.asset_key.in_(keys))
    rows = select(_asset_tags.c.asset_key, _asset_tags.c.tag_id).where(*chosen)
    changes.record_tags(tx, change_set, rows, is_on=False)
    number: int = tx.execute(delete(_asset_tags).where(*chosen)).rowcount
    return number


def _check(version: Version, tag: Tag) -> None:
    if (tag.target_type, tag.owner_id) != (tags.ASSET, version.version_id):
        raise NotFound("The version has no such tag.", tag_id=tag.tag_id)
