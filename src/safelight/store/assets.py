"""Assets: small rows that say which data is in a version and which document speaks of it.

Content is immutable, pointers move. Locks are taken in one order everywhere: the version (see
`versions.open_to_write`), then assets in key order, then the organization by the event number.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Text,
    delete,
    exists,
    func,
    or_,
    select,
    text,
    type_coerce,
)

from safelight.domain.annotations import Document, Numbers, parse
from safelight.errors import NotFound
from safelight.store import bulk, changes, data, documents, presence, schema, versions
from safelight.store.changes import AssetChange, ChangeSet
from safelight.store.data import Data, DataFilter
from safelight.store.db import Read, Transaction
from safelight.store.documents import NewDocument
from safelight.store.keys import reserve
from safelight.store.versions import Version

_assets, _data, _documents = schema.asset, schema.data, schema.document
_tags, _asset_tags = schema.tag, schema.asset_tag
_counted = _documents.alias("counted")  # beside the document whose content is read
AT_ONCE = 5000
_NEW_COLUMNS = (
    _assets.c.asset_key,
    _assets.c.version_key,
    _assets.c.data_key,
    _assets.c.document_key,
    _assets.c.next_annotation,
    _assets.c.next_shape,
    _assets.c.created_at,
)
_MOVING = (_assets.c.document_key, _assets.c.next_annotation, _assets.c.next_shape)


@dataclass(frozen=True, slots=True)
class Asset:
    """One data in one version. `content`: its annotation document, where it was asked for."""

    asset_key: int
    version_key: int
    document_key: int | None
    next_annotation: int
    next_shape: int
    created_at: int
    data: Data
    content: bytes | None = None

    @property
    def document(self) -> Document:
        return parse(self.content)

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.next_annotation, self.next_shape)


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """All that is given must hold. `label_keys`: it has a shape of one of them. `without_label_keys`: of none
    of these. `is_annotated`: something was said of it. `tags`: for each group, it has one of its tags.
    """

    asset_keys: Sequence[int] | None = None
    label_key: int | None = None
    label_keys: Sequence[int] = ()
    without_label_keys: Sequence[int] = ()
    is_annotated: bool | None = None
    min_shapes: int | None = None
    max_shapes: int | None = None
    tags: tuple[frozenset[str], ...] = ()
    data: DataFilter = field(default_factory=DataFilter)
    filename_prefixes: Sequence[str] | None = None

    @property
    def is_empty(self) -> bool:
        return self == AssetFilter()


EVERYTHING = AssetFilter()


def _select(*, contents: bool) -> Select[Any]:
    statement = select(
        _assets.c.asset_key,
        _assets.c.version_key,
        _assets.c.document_key,
        _assets.c.next_annotation,
        _assets.c.next_shape,
        _assets.c.created_at,
        *data.COLUMNS,
    ).join(_data, _data.c.data_key == _assets.c.data_key)
    if contents:
        statement = statement.add_columns(_documents.c.content).outerjoin(
            _documents, _documents.c.document_key == _assets.c.document_key
        )
    return statement


def _asset(row: Row[Any], *, contents: bool) -> Asset:
    content = row.content if contents else None
    return Asset(
        row.asset_key,
        row.version_key,
        row.document_key,
        row.next_annotation,
        row.next_shape,
        row.created_at,
        data.of_row(row),
        None if content is None else bytes(content),
    )


# --- reading ----------------------------------------------------------------------------------


def get(read: Read, organization_id: UUID, asset_key: int, *, contents: bool = False) -> Asset:
    """Raises NotFound, also for assets of other organizations and of removed versions."""
    row = read.first(_select(contents=contents).where(_assets.c.asset_key == asset_key))
    if row is None:
        raise NotFound("There is no such asset.")
    asset = _asset(row, contents=contents)
    try:
        versions.by_key(read, organization_id, asset.version_key)
    except NotFound:
        raise NotFound("There is no such asset.") from None
    return asset


def find(
    read: Read, version_key: int, wanted: AssetFilter, *, contents: bool = False
) -> Asset | None:
    """The newest asset that the filter lets through."""
    found = page(read, version_key, wanted, limit=1, contents=contents)
    return found[0] if found else None


def page(
    read: Read,
    version_key: int,
    wanted: AssetFilter = EVERYTHING,
    *,
    before: int | None = None,
    offset: int = 0,
    limit: int | None = None,
    oldest_first: bool = False,
    contents: bool = False,
) -> list[Asset]:
    """Newest first. `before`: key of the last asset of the page before (of `oldest_first`: after)."""
    key = _assets.c.asset_key
    statement = _filtered(read, _select(contents=contents), version_key, wanted)
    if before is not None:
        statement = statement.where(key > before if oldest_first else key < before)
    statement = (
        statement.order_by(key if oldest_first else key.desc()).limit(limit).offset(offset or None)
    )
    return [_asset(row, contents=contents) for row in read.all(statement)]


def some_of(
    read: Read,
    version_key: int,
    wanted: AssetFilter,
    *within: ColumnElement[bool],
    limit: int,
    contents: bool = False,
) -> list[Asset]:
    """Those that the filter lets through, newest first, among assets that meet conditions on `schema.asset`."""
    statement = _filtered(read, _select(contents=contents), version_key, wanted).where(*within)
    rows = read.all(statement.order_by(_assets.c.asset_key.desc()).limit(limit))
    return [_asset(row, contents=contents) for row in rows]


def chosen(
    read: Read, columns: Sequence[ColumnElement[Any]], version_key: int, wanted: AssetFilter
) -> Select[Any]:
    """Columns of the assets that the filter lets through, for statements that go on from there."""
    statement = select(*columns).select_from(_assets)
    if wanted.data != data.EVERYTHING:
        statement = statement.join(_data, _data.c.data_key == _assets.c.data_key)
    return _filtered(read, statement, version_key, wanted)


def count(read: Read, version: Version, wanted: AssetFilter = EVERYTHING) -> int:
    if wanted.is_empty:
        return version.asset_count
    statement = (
        select(func.count())
        .select_from(_assets)
        .join(_data, _data.c.data_key == _assets.c.data_key)
    )
    number: int = read.scalar(_filtered(read, statement, version.version_key, wanted))
    return number


def every(
    read: Read, version_key: int, *, contents: bool = False, at_once: int = 1000
) -> Iterator[Asset]:
    """All assets of a version, oldest first, read in pages: memory stays small."""
    last: int | None = None
    while True:
        found = page(
            read, version_key, before=last, limit=at_once, oldest_first=True, contents=contents
        )
        yield from found
        if len(found) < at_once:
            return
        last = found[-1].asset_key


def _filtered(
    read: Read, statement: Select[Any], version_key: int, wanted: AssetFilter
) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [_assets.c.version_key == version_key]
    if wanted.asset_keys is not None:
        conditions.append(_assets.c.asset_key.in_(list(wanted.asset_keys)))
    if wanted.filename_prefixes is not None:
        keys = _starting(read, version_key, wanted.filename_prefixes)
        conditions.append(_assets.c.asset_key.in_(keys))
    if wanted.data.names_some:
        # Named data are looked up first: left alone, SQLite walks through the whole version.
        conditions.append(_assets.c.data_key.in_(data.keys_named(read, version_key, wanted.data)))
    if wanted.label_key is not None:
        conditions.append(_has_label(wanted.label_key))
    if wanted.label_keys:
        conditions.append(or_(*(_has_label(key) for key in wanted.label_keys)))
    conditions.extend(~_has_label(key) for key in wanted.without_label_keys)
    if wanted.is_annotated is not None:
        says_nothing = _assets.c.document_key.is_(None)
        conditions.append(~says_nothing if wanted.is_annotated else says_nothing)
    if wanted.min_shapes is not None:
        conditions.append(_shapes() >= wanted.min_shapes)
    if wanted.max_shapes is not None:
        conditions.append(_shapes() <= wanted.max_shapes)
    conditions.extend(_has_tag(names) for names in wanted.tags)
    conditions.extend(data.conditions(wanted.data))
    return statement.where(*conditions)


def _has_label(label_key: int) -> ColumnElement[bool]:
    return exists().where(
        _counted.c.document_key == _assets.c.document_key,
        counts_label(_counted.c.counts, label_key),
    )


def counts_label(counts: ColumnElement[Any], label_key: int) -> ColumnElement[bool]:
    """Whether the counts of a document name a label."""
    # They are a JSON object with number names only, so its text tells, on both databases.
    return type_coerce(counts, Text).contains(f'"{label_key}":')


def _shapes() -> ColumnElement[int]:
    counted = select(_counted.c.shapes).where(_counted.c.document_key == _assets.c.document_key)
    return func.coalesce(counted.scalar_subquery(), 0)


def _has_tag(names: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(
        _asset_tags.c.asset_key == _assets.c.asset_key,
        _asset_tags.c.tag_id == _tags.c.tag_id,
        _tags.c.name.in_(sorted(names)),
    )


def _starting(read: Read, version_key: int, prefixes: Sequence[str]) -> list[int]:
    """Keys of the assets whose file name begins with one of the prefixes.

    Clients ask for a thousand prefixes at once: one pass over the names beats a thousand conditions.
    """
    rows = read.all(
        select(_data.c.filename, _assets.c.asset_key)
        .join(_data, _data.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version_key)
    )
    names = sorted((row.filename, row.asset_key) for row in rows)
    found: set[int] = set()
    for prefix in set(prefixes):
        at = bisect_left(names, (prefix, 0))
        while at < len(names) and names[at][0].startswith(prefix):
            found.add(names[at][1])
            at += 1
    return sorted(found)


def keys_by_filename(read: Read, version_key: int) -> dict[str, int]:
    """Asset keys of a whole version by file name; of two equal names the newer asset."""
    rows = read.all(
        select(_data.c.filename, _assets.c.asset_key)
        .join(_data, _data.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version_key)
        .order_by(_assets.c.asset_key)
    )
    return {row.filename: row.asset_key for row in rows}


def label_counts(read: Read, version_key: int) -> dict[int, int]:
    """Shapes per label key in a whole version, from the counts of its documents."""
    if read.dialect == "sqlite":
        pairs = "json_each(document.counts)"
    else:
        pairs = "LATERAL json_each_text(document.counts::json)"
    statement = text(
        "SELECT pair.key AS label, sum(CAST(pair.value AS bigint)) AS shapes FROM asset "
        "JOIN document ON document.document_key = asset.document_key "
        f"CROSS JOIN {pairs} AS pair "
        "WHERE asset.version_key = :version_key GROUP BY pair.key"
    )
    rows = read.all(statement.bindparams(version_key=version_key))
    return {int(row.label): int(row.shapes) for row in rows}


def annotated_count(read: Read, version_key: int) -> int:
    """How many assets of a version have something said of them."""
    number: int = read.scalar(
        select(func.count(_assets.c.document_key)).where(_assets.c.version_key == version_key)
    )
    return number


# --- adding and removing -------------------------------------------------------------------------


def add(
    tx: Transaction, change_set: ChangeSet, version: Version, data_keys: Sequence[int]
) -> list[int]:
    """Put data into a version; keys of the new assets. Data that is there already is ignored.

    `version` must be open to write alone.
    """
    present = keys_of_data(tx, version.version_key, data_keys)
    fresh = [key for key in dict.fromkeys(data_keys) if key not in present]
    return add_pointing(tx, change_set, version, [NewAsset(key) for key in fresh])


@dataclass(frozen=True, slots=True)
class NewAsset:
    """An asset to be, perhaps with a document that was written for it or is shared by a fork."""

    data_key: int
    document_key: int | None = None
    numbers: Numbers = field(default_factory=Numbers)


def add_pointing(
    tx: Transaction, change_set: ChangeSet, version: Version, new: Sequence[NewAsset]
) -> list[int]:
    """Put data that the version does not have yet into it, with documents; keys in the same order.

    `version` must be open to write alone.
    """
    keys = reserve(tx, _assets, len(new))
    if not keys:
        return keys
    bulk.insert(
        tx,
        _NEW_COLUMNS,
        [
            (
                key,
                version.version_key,
                one.data_key,
                one.document_key,
                one.numbers.annotation,
                one.numbers.shape,
                tx.now,
            )
            for key, one in zip(keys, new, strict=True)
        ],
    )
    mine = _assets.c.version_key == version.version_key
    added = select(_assets.c.data_key).where(mine, _assets.c.asset_key.between(keys[0], keys[-1]))
    presence.check(tx, added)
    versions.count_assets(tx, version, len(keys))
    changes.record(
        tx,
        change_set,
        (
            AssetChange(key, one.data_key, False, True, None, one.document_key)
            for key, one in zip(keys, new, strict=True)
        ),
    )
    return keys


def keys_of_data(read: Read, version_key: int, data_keys: Sequence[int]) -> dict[int, int]:
    """Asset key by data key, for those of the data that the version has."""
    found: dict[int, int] = {}
    for at in range(0, len(data_keys), AT_ONCE):
        rows = read.all(
            select(_assets.c.data_key, _assets.c.asset_key).where(
                _assets.c.version_key == version_key,
                _assets.c.data_key.in_(data_keys[at : at + AT_ONCE]),
            )
        )
        found.update((row.data_key, row.asset_key) for row in rows)
    return found


def remove(
    tx: Transaction, change_set: ChangeSet, version: Version, asset_keys: Sequence[int]
) -> int:
    """Take assets out of a version; how many there were. `version` must be open to write alone."""
    return sum(
        remove_where(
            tx, change_set, version, _assets.c.asset_key.in_(asset_keys[at : at + AT_ONCE])
        )
        for at in range(0, len(asset_keys), AT_ONCE)
    )


def remove_where(
    tx: Transaction, change_set: ChangeSet, version: Version, *conditions: ColumnElement[bool]
) -> int:
    """The same of all that meet conditions on `schema.asset`, in a few statements."""
    chosen = (_assets.c.version_key == version.version_key, *conditions)
    changes.record_removal(tx, change_set, *chosen)
    gone: int = tx.execute(delete(_assets).where(*chosen)).rowcount
    versions.count_assets(tx, version, -gone)
    return gone


# --- changing what is said ------------------------------------------------------------------------


def hold(
    tx: Transaction, version: Version, asset_keys: Iterable[int], *, contents: bool = True
) -> dict[int, Asset]:
    """Lock assets of a version and read what they point to now; keys of other versions are left out.

    Another editor of one of them waits here until this transaction ends, so it reads what this one
    wrote and loses no shape. Key order keeps two bulk edits from waiting for each other.
    """
    wanted = sorted(set(asset_keys))
    found: dict[int, Asset] = {}
    for at in range(0, len(wanted), AT_ONCE):
        some = wanted[at : at + AT_ONCE]
        mine = (_assets.c.version_key == version.version_key, _assets.c.asset_key.in_(some))
        if tx.dialect != "sqlite":
            locked = select(_assets.c.asset_key).where(*mine).order_by(_assets.c.asset_key)
            tx.execute(locked.with_for_update())
        for row in tx.all(_select(contents=contents).where(*mine)):
            found[row.asset_key] = _asset(row, contents=contents)
    return found


@dataclass(frozen=True, slots=True)
class Edit:
    """What an asset that is held shall say from now on."""

    asset: Asset
    document: Document
    numbers: Numbers


def write(tx: Transaction, change_set: ChangeSet, version: Version, edits: Sequence[Edit]) -> None:
    """Store new documents of held assets and move their pointers. An empty document is no pointer."""
    speaking = [edit for edit in edits if edit.document.annotations]
    keys = documents.add_many(
        tx, version.organization_id, [NewDocument.of(edit.document) for edit in speaking]
    )
    pointers = {edit.asset.asset_key: key for edit, key in zip(speaking, keys, strict=True)}
    _move(
        tx,
        change_set,
        [
            Move(
                edit.asset.asset_key,
                edit.asset.document_key,
                pointers.get(edit.asset.asset_key),
                edit.numbers,
                edit.asset.data.data_key,
            )
            for edit in edits
        ],
    )


@dataclass(frozen=True, slots=True)
class Move:
    """A pointer's step. `before`: what it must point to now; `numbers`: the asset's next ones."""

    asset_key: int
    before: int | None
    after: int | None
    numbers: Numbers
    data_key: int = 0  # filled by `switch`


def switch(
    tx: Transaction, change_set: ChangeSet, version: Version, moves: Sequence[Move]
) -> list[int]:
    """Move the pointers of many assets at once; keys of those that nothing was done to.

    Those had moved since `before` was read (or are gone): the caller merges them again and calls
    once more, in the same transaction. `version` must be open to write.
    """
    now = _pointers(tx, version, [move.asset_key for move in moves])
    ready: list[Move] = []
    stale: list[int] = []
    for move in moves:
        found = now.get(move.asset_key)
        if found is None or found[0] != move.before:
            stale.append(move.asset_key)
        else:
            ready.append(Move(move.asset_key, move.before, move.after, move.numbers, found[1]))
    _move(tx, change_set, ready)
    return stale


def _pointers(
    tx: Transaction, version: Version, asset_keys: Sequence[int]
) -> dict[int, tuple[int | None, int]]:
    """(document key, data key) of assets, which stay locked."""
    found: dict[int, tuple[int | None, int]] = {}
    wanted = sorted(asset_keys)
    for at in range(0, len(wanted), AT_ONCE):
        statement = (
            select(_assets.c.asset_key, _assets.c.document_key, _assets.c.data_key)
            .where(
                _assets.c.version_key == version.version_key,
                _assets.c.asset_key.in_(wanted[at : at + AT_ONCE]),
            )
            .order_by(_assets.c.asset_key)
        )
        if tx.dialect != "sqlite":
            statement = statement.with_for_update()
        for row in tx.all(statement):
            found[row.asset_key] = (row.document_key, row.data_key)
    return found


def _move(tx: Transaction, change_set: ChangeSet, moves: Sequence[Move]) -> None:
    if not moves:
        return
    bulk.update(
        tx,
        _assets.c.asset_key,
        _MOVING,
        [
            (move.after, move.numbers.annotation, move.numbers.shape, move.asset_key)
            for move in moves
        ],
        never_lower=_MOVING[1:],
    )
    changes.record(
        tx,
        change_set,
        (
            AssetChange(move.asset_key, move.data_key, True, True, move.before, move.after)
            for move in moves
        ),
    )
