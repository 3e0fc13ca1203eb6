"""What stands in the way of an undo: newer changes of the same pictures, labels and names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    and_,
    case,
    exists,
    func,
    not_,
    or_,
    select,
    text,
    type_coerce,
)

from safelight.store import datasets as dataset_rows
from safelight.store import history, labels, schema, versions
from safelight.store.db import Read
from safelight.store.history import Entry
from safelight.store.versions import Version

steps, _tag_steps = schema.asset_change.alias("step"), schema.asset_tag_change
_assets, _asset_tags, _data = schema.asset, schema.asset_tag, schema.data
_changes = schema.asset_change
LISTED = 20


class What(StrEnum):
    """What became of something since."""

    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"  # the picture is in the version again
    TAGGED = "tagged"
    GONE = "gone"  # the picture's file was removed from the datalake
    USED = "used"  # shapes have labels that would not be there
    TAKEN = "taken"  # another version has the name now


@dataclass(frozen=True, slots=True)
class Standing:
    """One thing that is not any more as the change left it. `field`: pictures, labels, name,
    description, type or exists. `by`: the newest change of it, as far as it is known.
    """

    field: str
    what: What
    by: Entry | None = None
    asset_key: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """`pictures`: how many; `listed`: the first of them, then labels and fields."""

    pictures: int
    listed: tuple[Standing, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(each.field for each in self.listed) - {"pictures"}

    @property
    def total(self) -> int:
        return self.pictures + sum(each.field != "pictures" for each in self.listed)


def find(read: Read, entry: Entry, version: Version) -> Conflicts:
    """All that an undo of this change would have to overrule. It reads each picture of the set."""
    if "exists" in entry.fields_after:
        listed = _of_existence(read, entry, version)
        if listed:
            return Conflicts(0, tuple(listed))
    number: int = read.scalar(_among(select(func.count()), entry).where(blocked(entry)))
    listed = _pictures(read, entry) if number else []
    return Conflicts(
        number,
        (*listed, *_of_fields(read, entry, version), *_of_labels(read, entry, version)),
    )


# --- pictures -------------------------------------------------------------------------------------


def _among(statement: Select[Any], entry: Entry) -> Select[Any]:
    return (
        statement.select_from(steps)
        .outerjoin(_assets, _assets.c.asset_key == steps.c.asset_key)
        .where(steps.c.change_set_key == entry.change_set_key)
    )


def is_step() -> ColumnElement[bool]:
    """The picture is not as it was before, in the end."""
    return or_(
        steps.c.existed_before != steps.c.exists_after,
        steps.c.document_before.is_distinct_from(steps.c.document_after),
    )


def is_as_before() -> ColumnElement[bool]:
    """There is nothing to move back: somebody was here already."""
    return or_(
        and_(
            steps.c.existed_before,
            _assets.c.asset_key.is_not(None),
            _assets.c.document_key.is_not_distinct_from(steps.c.document_before),
        ),
        and_(not_(steps.c.existed_before), _assets.c.asset_key.is_(None)),
    )


def blocked(entry: Entry) -> ColumnElement[bool]:
    """Of `steps` beside `_assets`: the picture cannot go back without overruling somebody."""
    return and_(is_step(), not_(is_as_before()), or_(*_ways(entry).values()))


def _ways(entry: Entry) -> dict[What, ColumnElement[bool]]:
    """How a picture can be other than the change left it."""
    here = _assets.c.asset_key.is_not(None)
    moved = _assets.c.document_key.is_distinct_from(steps.c.document_after)
    returns = and_(steps.c.existed_before, not_(steps.c.exists_after))
    known_tag = exists().where(
        _tag_steps.c.change_set_key == entry.change_set_key,
        _tag_steps.c.asset_key == _asset_tags.c.asset_key,
        _tag_steps.c.tag_id == _asset_tags.c.tag_id,
        _tag_steps.c.is_on,
    )
    other, own, file = _assets.alias("other"), _changes.alias("own"), _data.alias("file")
    leaves_too = exists().where(
        own.c.change_set_key == entry.change_set_key,
        own.c.asset_key == other.c.asset_key,
        not_(own.c.existed_before),
    )
    return {
        What.REMOVED: and_(steps.c.exists_after, not_(here)),
        What.CHANGED: and_(here, or_(moved, not_(steps.c.exists_after))),
        What.TAGGED: and_(
            not_(steps.c.existed_before),
            here,
            exists().where(_asset_tags.c.asset_key == _assets.c.asset_key, not_(known_tag)),
        ),
        What.GONE: and_(
            returns, not_(here), not_(exists().where(file.c.data_key == steps.c.data_key))
        ),
        What.ADDED: and_(
            returns,
            not_(here),
            exists().where(
                other.c.version_key == entry.version_key,
                other.c.data_key == steps.c.data_key,
                not_(leaves_too),
            ),
        ),
    }


def _pictures(read: Read, entry: Entry) -> list[Standing]:
    what = case(*((way, str(name)) for name, way in _ways(entry).items())).label("what")
    statement = _among(select(steps.c.asset_key, steps.c.data_key, _data.c.filename, what), entry)
    rows = read.all(
        statement.outerjoin(_data, _data.c.data_key == steps.c.data_key)
        .where(blocked(entry))
        .order_by(steps.c.asset_key)
        .limit(LISTED)
    )
    return [_picture(read, entry, row) for row in rows]


def _picture(read: Read, entry: Entry, row: Row[Any]) -> Standing:
    what = What(row.what)
    touched, key = schema.change_set.c.change_set_key, row.asset_key
    changed = exists().where(
        _changes.c.change_set_key == touched,
        _changes.c.data_key == row.data_key if what is What.ADDED else _changes.c.asset_key == key,
    )
    tagged = exists().where(_tag_steps.c.change_set_key == touched, _tag_steps.c.asset_key == key)
    by = None
    if what is not What.GONE:
        by = history.last_with(read, entry, tagged if what is What.TAGGED else changed)
    return Standing("pictures", what, by, key, row.filename or "")


# --- the version's own row ------------------------------------------------------------------------


def _of_existence(read: Read, entry: Entry, version: Version) -> list[Standing]:
    """A version that comes back needs its name; one that goes must not have been worked on since."""
    name = f"{version.dataset_name}/{version.name}"
    if entry.fields_before["exists"] and version.removed_at is not None:
        if not dataset_rows.is_there(read, version.dataset_id):
            return [Standing("exists", What.GONE, None, None, version.dataset_name)]
        if _is_taken(read, version, version.name):
            return [Standing("exists", What.TAKEN, None, None, name)]
    if not entry.fields_before["exists"] and version.removed_at is None:
        later = history.standing_after(read, entry, limit=LISTED)
        return [Standing("exists", What.CHANGED, each, None, name) for each in later]
    return []


def _is_taken(read: Read, version: Version, name: str) -> bool:
    found = versions.find(read, version.organization_id, version.dataset_id, name)
    return found is not None and found.version_key != version.version_key


def _of_fields(read: Read, entry: Entry, version: Version) -> list[Standing]:
    found = []
    for field in entry.fields_after.keys() - {"exists"}:
        before, now = entry.fields_before[field], getattr(version, field)
        if now not in {entry.fields_after[field], before}:
            fields = type_coerce(schema.change_set.c.fields_after, Text)
            has = fields.contains(f'"{field}":')
            found.append(
                Standing(field, What.CHANGED, history.last_with(read, entry, has), None, now)
            )
        elif field == "name" and now != before and _is_taken(read, version, before):
            found.append(Standing(field, What.TAKEN, None, None, before))
    return sorted(found, key=lambda each: each.field)


# --- labels ---------------------------------------------------------------------------------------


def _of_labels(read: Read, entry: Entry, version: Version) -> list[Standing]:
    """Labels of the set were changed again; or shapes that stay, or come back, would lose theirs.

    A version that goes keeps its labels, as its shapes do.
    """
    if entry.brought_version:
        return []
    known = left = labels.get(read, version)
    if entry.moved_labels:
        back = labels.taken_back(read, version, entry.labels_before, entry.labels_after)
        if back is None:
            moved = schema.change_set.c.labels_after.is_not(None)
            return [Standing("labels", What.CHANGED, history.last_with(read, entry, moved))]
        left = back
    names, left_keys = {label.key: label.name for label in known.labels}, set(left.keys.values())
    missing = _used(read, entry, with_rest=not names.keys() <= left_keys) - left_keys
    if not missing:
        return []
    listed = ", ".join(sorted(names.get(key, "a removed label") for key in missing))
    return [Standing("labels", What.USED, None, None, listed)]


def _used(read: Read, entry: Entry, *, with_rest: bool) -> set[int]:
    """Keys of the labels of shapes that come back, and of those of all other pictures."""
    spoken = (
        "SELECT document_before AS document_key FROM asset_change "
        "WHERE change_set_key = :change_set AND existed_before "
        "AND document_before IS NOT NULL"
    )
    if with_rest:
        spoken += (
            " UNION ALL SELECT asset.document_key FROM asset "
            "WHERE asset.version_key = :version AND asset.document_key IS NOT NULL "
            "AND NOT EXISTS (SELECT 1 FROM asset_change WHERE change_set_key = :change_set "
            "AND asset_change.asset_key = asset.asset_key)"
        )
    pairs = (
        "json_each(document.counts)"
        if read.dialect == "sqlite"
        else "LATERAL json_each_text(document.counts::json)"
    )
    statement = text(
        f"SELECT DISTINCT pair.key AS label FROM ({spoken}) AS spoken "
        "JOIN document ON document.document_key = spoken.document_key "
        f"CROSS JOIN {pairs} AS pair"
    )
    values: dict[str, Any] = {"change_set": entry.change_set_key}
    if with_rest:
        values["version"] = entry.version_key
    return {int(row.label) for row in read.all(statement.bindparams(**values))}
