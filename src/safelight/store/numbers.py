"""How much a change set changed: pictures, shapes per class, tags. Counted once from the counts of documents,
then kept with the set.
"""

from __future__ import annotations

from msgspec import Struct, convert, to_builtins
from sqlalchemy import Select, case, func, not_, select, text, update

from safelight.store import schema
from safelight.store.db import Database, Read
from safelight.store.history import Entry

_sets, _changes, _tag_changes = schema.change_set, schema.asset_change, schema.asset_tag_change
_assets = schema.asset
FEW = 2000


class Numbers(Struct, frozen=True):
    """`classes`: shapes (before, after) by label key, in the pictures that changed; `tags`: how often
    each was put on and taken off, by id.
    """

    added: int = 0
    removed: int = 0
    changed: int = 0
    classes: dict[int, tuple[int, int]] = {}
    tags: dict[str, tuple[int, int]] = {}

    @property
    def shapes(self) -> tuple[int, int]:
        """(before, after)"""
        pairs = self.classes.values()
        return sum(before for before, _ in pairs), sum(after for _, after in pairs)


def of(db: Database, entry: Entry) -> Numbers:
    """Counted, if nobody has yet, in time that grows with the pictures of the set; and kept once
    nothing more can come.
    """
    if entry.numbers is not None:
        return convert(entry.numbers, Numbers, strict=False)
    with db.read() as read:
        numbers = count(read, entry)
    if entry.is_over:
        with db.transaction() as tx:
            tx.execute(
                update(_sets)
                .where(_sets.c.change_set_key == entry.change_set_key)
                .values(numbers=to_builtins(numbers, str_keys=True))
            )
    return numbers


def of_few(db: Database, entry: Entry) -> Numbers | None:
    """The same, but None where counting would take a while."""
    if entry.numbers is None or entry.is_made_by_job:
        with db.read() as read:
            number = read.scalar(select(func.count()).select_from(_some(entry).subquery()))
        if number == FEW:
            return None
    return of(db, entry)


def _some(entry: Entry) -> Select[tuple[int]]:
    """The first pictures that would have to be looked at."""
    if entry.is_made_by_job:  # it is shown with what it holds
        some = select(_assets.c.asset_key).where(_assets.c.version_key == entry.version_key)
    else:
        mine = _changes.c.change_set_key == entry.change_set_key
        some = select(_changes.c.asset_key).where(mine)
    return some.limit(FEW)


def count(read: Read, entry: Entry) -> Numbers:
    mine = _changes.c.change_set_key == entry.change_set_key
    was, is_there = _changes.c.existed_before, _changes.c.exists_after
    moved = _changes.c.document_before.is_distinct_from(_changes.c.document_after)
    row = read.first(
        select(
            func.sum(case((not_(was) & is_there, 1), else_=0)).label("added"),
            func.sum(case((was & not_(is_there), 1), else_=0)).label("removed"),
            func.sum(case((was & is_there & moved, 1), else_=0)).label("changed"),
        ).where(mine)
    )
    assert row is not None
    before, after = (_classes(read, entry, side) for side in ("before", "after"))
    classes = {key: (before.get(key, 0), after.get(key, 0)) for key in sorted({*before, *after})}
    return Numbers(row.added or 0, row.removed or 0, row.changed or 0, classes, _tags(read, entry))


def _classes(read: Read, entry: Entry, side: str) -> dict[int, int]:
    pairs = (
        "json_each(document.counts)"
        if read.dialect == "sqlite"
        else "LATERAL json_each_text(document.counts::json)"
    )
    statement = text(
        "SELECT pair.key AS label, sum(CAST(pair.value AS bigint)) AS shapes FROM asset_change "
        f"JOIN document ON document.document_key = asset_change.document_{side} "
        f"CROSS JOIN {pairs} AS pair WHERE asset_change.change_set_key = :change_set "
        "AND (existed_before OR exists_after) "
        "GROUP BY pair.key"
    )
    rows = read.all(statement.bindparams(change_set=entry.change_set_key))
    return {int(row.label): int(row.shapes) for row in rows}


def _tags(read: Read, entry: Entry) -> dict[str, tuple[int, int]]:
    on, off = (
        (not_(_tag_changes.c.was_on) & _tag_changes.c.is_on),
        (_tag_changes.c.was_on & not_(_tag_changes.c.is_on)),
    )
    rows = read.all(
        select(
            _tag_changes.c.tag_id,
            func.sum(case((on, 1), else_=0)).label("put"),
            func.sum(case((off, 1), else_=0)).label("taken"),
        )
        .where(_tag_changes.c.change_set_key == entry.change_set_key)
        .group_by(_tag_changes.c.tag_id)
    )
    return {str(row.tag_id): (row.put, row.taken) for row in rows if row.put or row.taken}
