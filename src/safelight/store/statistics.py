"""The statistics of a version: the sum of what was counted of its blocks, and how far counting has come."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select

from safelight.domain import statistics
from safelight.domain.statistics import Statistics
from safelight.store import assetblocks, schema
from safelight.store.bulk import upsert
from safelight.store.db import Database, Read, Transaction
from safelight.store.versions import Version

_kept, _blocks, _versions = schema.version_statistics, schema.asset_block, schema.dataset_version
AT_SIGHT = assetblocks.WIDTH  # so many uncounted pictures are counted by whoever asks


@dataclass(frozen=True, slots=True)
class Counted:
    """`numbers`: of `pictures` of the version's `total`, which is all of them unless others count just now."""

    numbers: Statistics
    pictures: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.pictures == self.total


def of(read: Read, version: Version) -> Counted:
    """What is known of a version now; never what was true before its last change."""
    key, total = version.version_key, version.asset_count
    now = assetblocks.progress(read, key)
    kept = _get(read, key, now.changes)
    if kept is not None:
        return Counted(kept, total, total)
    numbers = _sum(read, key)
    if 0 < total - now.assets <= AT_SIGHT:
        for block in assetblocks.uncounted(read, key):
            numbers.add(assetblocks.statistics_of(read, key, block))
    return Counted(numbers, numbers.pictures, total)


def _get(read: Read, version_key: int, changes: int) -> Statistics | None:
    content = read.scalar(
        select(_kept.c.statistics).where(
            _kept.c.version_key == version_key, _kept.c.changes == changes
        )
    )
    return None if content is None else statistics.parse(bytes(content))


def _sum(read: Read, version_key: int) -> Statistics:
    numbers = Statistics()
    mine = (_blocks.c.version_key == version_key, _blocks.c.assets > 0)
    for (content,) in read.execute(select(_blocks.c.statistics).where(*mine)):
        numbers.add(statistics.parse(bytes(content)))
    return numbers


def inherit(tx: Transaction, source: Version, into: Version) -> None:
    """Let a version that was just filled with the pointers of another have its statistics, if they are known."""
    kept = _get(tx, source.version_key, assetblocks.progress(tx, source.version_key).changes)
    if kept is not None:
        _put(tx, into.version_key, assetblocks.progress(tx, into.version_key).changes, kept)


def _put(tx: Transaction, version_key: int, changes: int, numbers: Statistics) -> None:
    statement = upsert(tx, _kept).values(
        version_key=version_key, changes=changes, statistics=statistics.build(numbers)
    )
    new = statement.excluded
    tx.execute(
        statement.on_conflict_do_update(
            index_elements=[_kept.c.version_key],
            set_={"changes": new.changes, "statistics": new.statistics},
            where=_kept.c.changes <= new.changes,  # another may have kept a later sum meanwhile
        )
    )


# --- who counts -------------------------------------------------------------------------------------


def waiting(read: Read) -> list[int]:
    """Keys of the versions that are not counted, or whose sum is not kept: those with the least to do first."""
    known = (
        select(
            _blocks.c.version_key,
            func.sum(_blocks.c.assets).label("assets"),
            func.sum(_blocks.c.changes).label("changes"),
        )
        .group_by(_blocks.c.version_key)
        .subquery()
    )
    left = _versions.c.asset_count - func.coalesce(known.c.assets, 0)
    changes = func.coalesce(known.c.changes, 0)
    rows = read.all(
        select(_versions.c.version_key)
        .outerjoin(known, known.c.version_key == _versions.c.version_key)
        .outerjoin(_kept, _kept.c.version_key == _versions.c.version_key)
        .where(
            _versions.c.removed_at.is_(None),
            _versions.c.asset_count > 0,
            or_(left > 0, _kept.c.changes.is_(None), _kept.c.changes != changes),
        )
        .order_by(left)
    )
    return [row.version_key for row in rows]


def count(db: Database, version_key: int) -> bool:
    """One short step of counting a version; whether there is more to do."""
    with db.read() as read:
        left = assetblocks.uncounted(read, version_key)
    if left:
        assetblocks.count(db, version_key, left[0])
        return True
    with db.read() as read:
        changes = assetblocks.progress(read, version_key).changes
        if assetblocks.uncounted(read, version_key):  # changed just now
            return True
        numbers = _sum(read, version_key)
    with db.transaction() as tx:
        _put(tx, version_key, changes, numbers)
    return False
