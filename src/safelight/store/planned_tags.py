"""Tags of the pictures that are planned for (see `planned.py`), each put on or taken off in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from safelight.store import assettags, bulk, schema, tags
from safelight.store.changes import ChangeSet
from safelight.store.db import Read, Transaction
from safelight.store.planned import gathered, noted_label, planned
from safelight.store.tags import Tag
from safelight.store.versions import Version

_assets, _asset_tags = schema.asset, schema.asset_tag


def ensure(tx: Transaction, version: Version, name: str) -> Tag:
    """The tag of this name for pictures of the version, made if missing."""
    return tags.ensure(tx, version.organization_id, version.version_id, tags.ASSET, name.strip())


def put_on(
    tx: Transaction, change_set: ChangeSet, version: Version, tag: Tag, *, part: int | None = None
) -> int:
    """Tag all planned pictures, or those of a part; how many did not have it."""
    chosen = select(planned.c.asset_key).where(planned.c.asset_key.is_not(None))
    if part is not None:
        chosen = chosen.where(planned.c.part == part)
    return assettags.attach_where(tx, change_set, version, tag, _assets.c.asset_key.in_(chosen))


def take_off(tx: Transaction, change_set: ChangeSet, version: Version, tag: Tag) -> int:
    """Untag all planned pictures; how many had it."""
    chosen = select(planned.c.asset_key).where(planned.c.asset_key.is_not(None))
    return assettags.detach_where(tx, change_set, version, tag, _assets.c.asset_key.in_(chosen))


def bring_along(
    tx: Transaction, change_set: ChangeSet, rank: int, source: Version, into: Version
) -> int:
    """Give pictures the tags that they have in a version they were gathered from; how many were put on."""
    put = 0
    for tag in tags.of_owner(tx, source.version_id, tags.ASSET):
        tagged = select(gathered.c.data_key).where(
            gathered.c.rank == rank, _has(gathered.c.asset_key, tag)
        )
        twin = ensure(tx, into, tag.name)
        here = _assets.c.data_key.in_(tagged)
        put += assettags.attach_where(tx, change_set, into, twin, here)
    return put


def set_part(read: Read, tag: Tag, part: int) -> int:
    """Put the pictures that have the tag into a part; how many are in another one already."""
    has = _has(planned.c.asset_key, tag)
    both = read.scalar(
        select(func.count()).select_from(planned).where(has, planned.c.part.is_not(None))
    )
    read.execute(update(planned).where(has, planned.c.part.is_(None)).values(part=part))
    return int(both)


# --- classes that shall become tags -------------------------------------------------------------------


def note(read: Read, data_keys: Sequence[int], labels: Sequence[tuple[int, int]]) -> None:
    """Note the labels of pictures, as pairs of (data key, label key), in the place of what was noted."""
    read.execute(delete(noted_label).where(noted_label.c.data_key.in_(data_keys)))
    bulk.insert(read, (noted_label.c.data_key, noted_label.c.label_key), labels)


def noted_labels(read: Read) -> list[int]:
    """The keys of all labels that were noted, ascending."""
    rows = read.all(select(noted_label.c.label_key).distinct().order_by(noted_label.c.label_key))
    return [row.label_key for row in rows]


def put_on_noted(
    tx: Transaction, change_set: ChangeSet, version: Version, tag: Tag, label_key: int
) -> int:
    """Tag the pictures that a label was noted for; how many did not have the tag."""
    noted = select(noted_label.c.data_key).where(noted_label.c.label_key == label_key)
    return assettags.attach_where(tx, change_set, version, tag, _assets.c.data_key.in_(noted))


def _has(asset_key: ColumnElement[int], tag: Tag) -> ColumnElement[bool]:
    return exists().where(_asset_tags.c.asset_key == asset_key, _asset_tags.c.tag_id == tag.tag_id)
