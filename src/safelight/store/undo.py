"""Going back: moves all pointers of a change set back at once, as a change set of its own.

The undo is first written down as a set that mirrors the other, row by row, for what is not as before
already; then it is carried out from its own rows. So an undo can be undone like any other change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    null,
    select,
    true,
    tuple_,
    update,
)

from safelight.domain.datasets import LabelList, build_labels
from safelight.store import changes, conflicts, documents, labels, presence, schema, versions
from safelight.store.changes import ChangeSet
from safelight.store.conflicts import Conflicts
from safelight.store.db import Read, Transaction
from safelight.store.history import Entry
from safelight.store.versions import Version

_sets, _changes, _tag_changes = schema.change_set, schema.asset_change, schema.asset_tag_change
_assets, _asset_tags, _tags = schema.asset, schema.asset_tag, schema.tag


@dataclass(frozen=True, slots=True)
class Undone:
    """How many pictures and tags went back, whether the labels did, and which fields."""

    pictures: int
    tags: int
    labels: bool
    fields: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.pictures or self.tags or self.labels or self.fields)


def apply(
    tx: Transaction, entry: Entry, version: Version, change_set: ChangeSet, found: Conflicts
) -> Undone:
    """Undo `entry` as the fresh `change_set`.

    What is in `found` stays as it is. `version` must be open to write alone.
    """
    pictures = _write_assets(tx, entry, change_set, found)
    if pictures:
        _write_tags_of_leaving(tx, change_set)
        _carry_out(tx, version, change_set)
    undone = Undone(
        pictures,
        _put_tags_back(tx, entry, change_set),
        _put_labels_back(tx, entry, version, change_set),
        _put_fields_back(tx, entry, version, change_set, found),
    )
    if undone:
        _mark(tx, entry, change_set)
    return undone


def is_moot(read: Read, entry: Entry, version: Version, found: Conflicts) -> bool:
    """Whether an undo would do nothing: all but what is in `found` is as before already."""
    if _fields_back(entry, version, found) or _labels_back(read, entry, version) is not None:
        return False
    moves = _steps_back(select(conflicts.steps.c.asset_key), entry, found)
    return not read.all(moves.limit(1)) and not any(
        read.all(rows.limit(1)) for rows in _tags_back(entry)
    )


# --- pictures -------------------------------------------------------------------------------------


def _steps_back(statement: Select[Any], entry: Entry, found: Conflicts) -> Select[Any]:
    """Of `steps` beside `_assets`: the pictures that are to be moved back."""
    steps = conflicts.steps
    return (
        statement.select_from(steps)
        .outerjoin(_assets, _assets.c.asset_key == steps.c.asset_key)
        .where(
            steps.c.change_set_key == entry.change_set_key,
            conflicts.is_step(),
            not_(conflicts.is_as_before()),
            true() if found.pictures == 0 else not_(conflicts.blocked(entry)),
        )
    )


def _write_assets(tx: Transaction, entry: Entry, change_set: ChangeSet, found: Conflicts) -> int:
    """Write the steps back; how many."""
    steps = conflicts.steps
    comes_or_goes = steps.c.existed_before != steps.c.exists_after
    back = select(
        literal(change_set.change_set_key),
        steps.c.asset_key,
        steps.c.data_key,
        steps.c.exists_after,
        steps.c.existed_before,
        steps.c.document_after,
        steps.c.document_before,
        *(
            case((comes_or_goes, func.coalesce(now, then)), else_=null())
            for now, then in (
                (_assets.c.next_annotation, steps.c.next_annotation),
                (_assets.c.next_shape, steps.c.next_shape),
                (_assets.c.created_at, steps.c.asset_created_at),
            )
        ),
    )
    rows = _steps_back(back, entry, found).order_by(steps.c.asset_key)
    statement = insert(_changes).from_select([column.name for column in _changes.c], rows)
    return _rows(tx, statement)


def _carry_out(tx: Transaction, version: Version, change_set: ChangeSet) -> None:
    """Let the assets be as the rows of the undo say."""
    mine = _changes.c.change_set_key == change_set.change_set_key
    leaving = select(_changes.c.asset_key).where(mine, not_(_changes.c.exists_after))
    gone = tx.execute(delete(_assets).where(_assets.c.asset_key.in_(leaving))).rowcount
    tx.execute(
        update(_assets)
        .where(
            mine,
            _changes.c.asset_key == _assets.c.asset_key,
            _changes.c.existed_before,
            _changes.c.exists_after,
        )
        .values(document_key=_changes.c.document_after)
    )
    values = {
        "asset_key": _changes.c.asset_key,
        "version_key": literal(version.version_key),
        "data_key": _changes.c.data_key,
        "document_key": _changes.c.document_after,
        "next_annotation": _changes.c.next_annotation,
        "next_shape": _changes.c.next_shape,
        "created_at": _changes.c.asset_created_at,
    }
    returning = (
        select(*values.values())
        .where(mine, not_(_changes.c.existed_before), _changes.c.exists_after)
        .order_by(_changes.c.asset_key)
    )
    back = _rows(tx, insert(_assets).from_select(list(values), returning))
    presence.check(tx, returning.with_only_columns(_changes.c.data_key).order_by(None))
    versions.count_assets(tx, version, back - gone)
    changes.touch(tx, change_set)


# --- tags -----------------------------------------------------------------------------------------


def _write_tags_of_leaving(tx: Transaction, change_set: ChangeSet) -> None:
    leaving = select(_changes.c.asset_key).where(
        _changes.c.change_set_key == change_set.change_set_key, not_(_changes.c.exists_after)
    )
    rows = select(_asset_tags.c.asset_key, _asset_tags.c.tag_id)
    changes.record_tags(
        tx, change_set, rows.where(_asset_tags.c.asset_key.in_(leaving)), is_on=False
    )


def _put_tags_back(tx: Transaction, entry: Entry, change_set: ChangeSet) -> int:
    """Tag, or not, as before; how many. What was tagged since, or is gone, stays so."""
    on, off = _tags_back(entry)
    changes.record_tags(tx, change_set, on, is_on=True)
    changes.record_tags(tx, change_set, off, is_on=False)
    put = _rows(tx, insert(_asset_tags).from_select(("asset_key", "tag_id"), on))
    pair = tuple_(_asset_tags.c.asset_key, _asset_tags.c.tag_id)
    taken: int = tx.execute(delete(_asset_tags).where(pair.in_(off))).rowcount
    return put + taken


def _tags_back(entry: Entry) -> tuple[Select[Any], Select[Any]]:
    """Pairs of asset and tag to put on again, and to take off again."""
    steps = _tag_changes.alias("step")
    has = exists().where(
        _asset_tags.c.asset_key == steps.c.asset_key, _asset_tags.c.tag_id == steps.c.tag_id
    )
    rows = select(steps.c.asset_key, steps.c.tag_id).where(
        steps.c.change_set_key == entry.change_set_key,
        exists().where(_assets.c.asset_key == steps.c.asset_key),
        exists().where(_tags.c.tag_id == steps.c.tag_id),
    )
    on = rows.where(steps.c.was_on, not_(steps.c.is_on), not_(has))
    return on, rows.where(not_(steps.c.was_on), steps.c.is_on, has)


# --- labels, and the version's own row --------------------------------------------------------------


def _put_labels_back(
    tx: Transaction, entry: Entry, version: Version, change_set: ChangeSet
) -> bool:
    back = _labels_back(tx, entry, version)
    if back is None:
        return False
    key = entry.labels_before
    if version.labels_key != entry.labels_after:
        key = documents.add(tx, version.organization_id, build_labels(back))
    changes.record_labels(tx, change_set, version.labels_key, key)
    versions.point_to_labels(tx, version, key)
    return True


def _labels_back(read: Read, entry: Entry, version: Version) -> LabelList | None:
    """The labels without what the change did to them; None: they stay as they are."""
    if not entry.moved_labels or entry.brought_version:
        return None
    # Others may have changed other labels since.
    back = labels.taken_back(read, version, entry.labels_before, entry.labels_after)
    assert back is not None, "else it is a conflict"
    return None if back == labels.get(read, version) else back


def _put_fields_back(
    tx: Transaction, entry: Entry, version: Version, change_set: ChangeSet, found: Conflicts
) -> tuple[str, ...]:
    back = _fields_back(entry, version, found)
    if back:
        before = {field: _field(version, field) for field in back}
        changes.record_fields(tx, change_set, before, back)
        versions.put_back(tx, version, back)
    return tuple(back)


def _fields_back(entry: Entry, version: Version, found: Conflicts) -> dict[str, Any]:
    """What the fields that are not as before are set to."""
    return {
        field: entry.fields_before[field]
        for field in sorted(entry.fields_after.keys() - found.fields)
        if entry.fields_before[field] != _field(version, field)
    }


def _field(version: Version, field: str) -> Any:
    return version.removed_at is None if field == "exists" else getattr(version, field)


# --- which changes hold -----------------------------------------------------------------------------


def _mark(tx: Transaction, entry: Entry, change_set: ChangeSet) -> None:
    """Write who undid what. With an undo that is undone, what it had undone holds again, and so on."""
    _set(tx, change_set.change_set_key, undoes=entry.change_set_key)
    undone, by = entry.change_set_key, change_set.change_set_key
    holds = False
    while undone is not None:
        _set(tx, undone, undone_by=None if holds else by)
        by, holds = undone, not holds
        undone = tx.scalar(select(_sets.c.undoes).where(_sets.c.change_set_key == undone))


def _set(tx: Transaction, change_set_key: int, **values: Any) -> None:
    tx.execute(update(_sets).where(_sets.c.change_set_key == change_set_key).values(values))


def _rows(tx: Transaction, statement: Any) -> int:
    """Execute an INSERT ... SELECT; how many rows."""
    number: int = tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount
    return number
