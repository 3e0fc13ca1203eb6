"""The pictures of a change set, each as it was before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from safelight.store import data, documents, schema
from safelight.store.conflicts import is_step, steps
from safelight.store.data import Data
from safelight.store.db import Read
from safelight.store.history import Entry

_changes, _tag_changes, _assets = schema.asset_change, schema.asset_tag_change, schema.asset


@dataclass(frozen=True, slots=True)
class Side:
    """A picture before, or after. `content`: its annotation document."""

    exists: bool
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Changed:
    """`data` None: it was removed from the datalake since. Tags by name."""

    asset_key: int
    data: Data | None
    before: Side
    after: Side
    tags_on: tuple[str, ...]
    tags_off: tuple[str, ...]


def page(
    read: Read, entry: Entry, *, after: int = 0, limit: int = 50, only: int | None = None
) -> list[Changed]:
    """In the order of the assets. `after`: key of the last asset of the page before; `only`: this one."""
    keys = _keys(read, entry, after, limit, only)
    rows = {
        row.asset_key: row
        for row in read.all(
            select(_changes).where(
                _changes.c.change_set_key == entry.change_set_key, _changes.c.asset_key.in_(keys)
            )
        )
    }
    present = _present(read, [key for key in keys if key not in rows])
    on, off = _tags(read, entry, keys)
    pointers = [row.document_before for row in rows.values()]
    pointers += [row.document_after for row in rows.values()]
    pointers += [row.document_key for row in present.values()]
    contents = documents.read_many(read, pointers)
    data_keys = [row.data_key for row in (*rows.values(), *present.values())]
    files = {one.data_key: one for one in data.by_keys(read, data_keys)}

    def side(exists: bool, document_key: int | None) -> Side:
        return Side(exists, contents.get(document_key or 0))

    found = []
    for key in keys:
        row = rows.get(key)
        if row is not None:
            before = side(row.existed_before, row.document_before)
            then = side(row.exists_after, row.document_after)
        else:  # only tagged: it says the same before and after, as far as we know
            row = present.get(key)
            before = then = side(True, row.document_key if row else None)
        file = files.get(row.data_key) if row else None
        found.append(Changed(key, file, before, then, on.get(key, ()), off.get(key, ())))
    return found


def _keys(read: Read, entry: Entry, after: int, limit: int, only: int | None) -> list[int]:
    """Of the pictures that are other than before in what they say, in being there, or in tags."""
    moved = select(steps.c.asset_key).where(
        steps.c.change_set_key == entry.change_set_key, is_step(), steps.c.asset_key > after
    )
    tagged = select(_tag_changes.c.asset_key).where(
        _tag_changes.c.change_set_key == entry.change_set_key,
        _tag_changes.c.was_on != _tag_changes.c.is_on,
        _tag_changes.c.asset_key > after,
    )
    if only is not None:
        moved = moved.where(steps.c.asset_key == only)
        tagged = tagged.where(_tag_changes.c.asset_key == only)
    first = [
        some.order_by(some.selected_columns[0]).limit(limit).distinct() for some in (moved, tagged)
    ]
    found = {row.asset_key for each in first for row in read.all(each)}
    return sorted(found)[:limit]


def _present(read: Read, keys: Sequence[int]) -> dict[int, Any]:
    columns = (_assets.c.asset_key, _assets.c.data_key, _assets.c.document_key)
    rows = read.all(select(*columns).where(_assets.c.asset_key.in_(list(keys))))
    return {row.asset_key: row for row in rows}


Names = dict[int, tuple[str, ...]]


def _tags(read: Read, entry: Entry, keys: Sequence[int]) -> tuple[Names, Names]:
    rows = read.all(
        select(_tag_changes.c.asset_key, _tag_changes.c.was_on, schema.tag.c.name)
        .join(schema.tag, schema.tag.c.tag_id == _tag_changes.c.tag_id)
        .where(
            _tag_changes.c.change_set_key == entry.change_set_key,
            _tag_changes.c.asset_key.in_(list(keys)),
            _tag_changes.c.was_on != _tag_changes.c.is_on,
        )
        .order_by(schema.tag.c.name)
    )
    on: Names = {}
    off: Names = {}
    for row in rows:
        side = off if row.was_on else on
        side[row.asset_key] = (*side.get(row.asset_key, ()), row.name)
    return on, off
