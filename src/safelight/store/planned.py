"""What an operation is going to do to a version, picture by picture: kept ready in temporary tables, so that
memory stays small and doing it is one statement for each table.

`planned` has a row for each data: the asset that it is in the version now, what that points to, and what it
shall point to. `gathered` has the assets of other versions that come in, by the rank of their version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    text,
    true,
    update,
)

from safelight.batches import batches
from safelight.domain.annotations import Numbers
from safelight.errors import Unavailable
from safelight.store import assets, bulk, changes, presence, schema, versions
from safelight.store.assets import AssetFilter
from safelight.store.changes import ChangeSet
from safelight.store.columns import Key
from safelight.store.db import Database, Read, Transaction
from safelight.store.versions import Version

_metadata = MetaData()
planned = Table(
    "planned",
    _metadata,
    Column("data_key", Key, primary_key=True, autoincrement=False),
    Column("position", Key, nullable=False, index=True),  # the order of new assets
    Column("asset_key", Key),  # null: the version has no such asset
    Column("before", Key),
    # The numbers that the asset gives out next, as they were read:
    Column("from_annotation", Integer, nullable=False),
    Column("from_shape", Integer, nullable=False),
    Column("after", Key),
    Column("next_annotation", Integer, nullable=False),
    Column("next_shape", Integer, nullable=False),
    Column("part", Integer),  # of a split
    Column("tally", Integer, nullable=False, server_default="0"),  # what the operation counts
    Column("is_settled", Boolean, nullable=False),  # what `after` shall be is known
    prefixes=["TEMPORARY"],
)
gathered = Table(
    "gathered",
    _metadata,
    Column("data_key", Key, primary_key=True, autoincrement=False),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("asset_key", Key, nullable=False),
    Column("document_key", Key),
    Column("next_annotation", Integer, nullable=False),
    Column("next_shape", Integer, nullable=False),
    prefixes=["TEMPORARY"],
)
noted_label = Table(  # classes that shall become tags
    "noted_label",
    _metadata,
    Column("data_key", Key, primary_key=True, autoincrement=False),
    Column("label_key", Key, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
_assets, _documents, _changes = schema.asset, schema.document, schema.asset_change
_CHOSEN_AT_ONCE = 5000
_PLACES = 1 << 42  # more than there are asset keys


@dataclass(frozen=True, slots=True)
class Picture:
    """A planned picture whose content is still to be found. `content`: what its asset says now."""

    data_key: int
    asset_key: int | None
    before: int | None
    numbers: Numbers
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What a picture shall point to, and the numbers that its asset gives out next."""

    data_key: int
    after: int | None
    numbers: Numbers
    tally: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """An asset that comes in from another version."""

    rank: int
    data_key: int
    document_key: int | None
    numbers: Numbers


class Plan:
    """A connection with the temporary tables; all are given back at the end."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._open = ExitStack()
        self.connection: Connection

    def __enter__(self) -> Self:
        self.connection = self._open.enter_context(self._db.connection())
        with self.read() as read:
            _metadata.create_all(read.connection, checkfirst=False)
        return self

    def __exit__(self, *_: object) -> None:
        with self._open:
            try:
                with self.read() as read:
                    _metadata.drop_all(read.connection, checkfirst=False)
            except Unavailable:
                self.connection.invalidate()

    @contextmanager
    def read(self) -> Iterator[Read]:
        """Reads of one moment that also see, and may write, the plan. Nobody has to wait for it."""
        with self._db.read(on=self.connection) as read:
            if read.dialect == "postgresql":
                read.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield read

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """The transaction that does what is planned."""
        with self._db.transaction(on=self.connection) as tx:
            yield tx


# --- planning ---------------------------------------------------------------------------------------


def clear(read: Read) -> None:
    """Plan anew."""
    read.execute(delete(planned))
    read.execute(delete(gathered))
    read.execute(delete(noted_label))


def choose(
    read: Read,
    version: Version,
    wanted: AssetFilter,
    asset_keys: Sequence[int] | None = None,
    *,
    is_settled: bool,
) -> int:
    """Plan for assets of one version, which stay as they are until told otherwise; how many."""
    columns = (
        _assets.c.data_key,
        _assets.c.asset_key,
        _assets.c.asset_key,
        *_says(_assets),
        *_says(_assets),
        literal(is_settled),
    )
    names = ("data_key", "position", "asset_key", *_FROM, *_TO, "is_settled")
    for some in _some(wanted, asset_keys):
        rows = assets.chosen(read, columns, version.version_key, some)
        read.execute(insert(planned).from_select(names, rows))
    _know_sizes(read)
    return count(read)


def gather(
    read: Read,
    rank: int,
    source: Version,
    wanted: AssetFilter,
    asset_keys: Sequence[int] | None = None,
) -> int:
    """Gather assets of another version; how many."""
    columns = (_assets.c.data_key, literal(rank), _assets.c.asset_key, *_says(_assets))
    names = ("data_key", "rank", "asset_key", "document_key", "next_annotation", "next_shape")
    for some in _some(wanted, asset_keys):
        rows = assets.chosen(read, columns, source.version_key, some)
        read.execute(insert(gathered).from_select(names, rows))
    _know_sizes(read)
    number: int = read.scalar(
        select(func.count()).select_from(gathered).where(gathered.c.rank == rank)
    )
    return number


def plan_gathered(read: Read, into: Version | None, *, add: bool) -> int:
    """Plan for what was gathered, each data once, in the order of ranks; how many.

    `into` None: a version to be made. Not `add`: only for data that it has.
    """
    place = func.min(gathered.c.rank * literal(_PLACES) + gathered.c.asset_key)
    grouped = (
        select(gathered.c.data_key, place.label("position"))
        .group_by(gathered.c.data_key)
        .subquery()
    )
    here = and_(
        _assets.c.data_key == grouped.c.data_key,
        _assets.c.version_key == (into.version_key if into is not None else None),
    )
    says = (
        _assets.c.document_key,
        func.coalesce(_assets.c.next_annotation, 1),
        func.coalesce(_assets.c.next_shape, 1),
    )
    rows = select(
        grouped.c.data_key, grouped.c.position, _assets.c.asset_key, *says, *says, false()
    ).select_from(grouped.join(_assets, here, isouter=add))
    names = ("data_key", "position", "asset_key", *_FROM, *_TO, "is_settled")
    read.execute(insert(planned).from_select(names, rows))
    _know_sizes(read)
    return count(read)


_FROM = ("before", "from_annotation", "from_shape")
_TO = ("after", "next_annotation", "next_shape")


def _says(table: Any) -> tuple[ColumnElement[Any], ...]:
    return table.c.document_key, table.c.next_annotation, table.c.next_shape


def _some(wanted: AssetFilter, asset_keys: Sequence[int] | None) -> Iterator[AssetFilter]:
    if asset_keys is None:
        yield wanted
        return
    listed = sorted(set(asset_keys))
    for at in range(0, len(listed), _CHOSEN_AT_ONCE):
        yield replace(wanted, asset_keys=listed[at : at + _CHOSEN_AT_ONCE])


def _know_sizes(read: Read) -> None:
    # PostgreSQL thinks that new tables are small. SQLite is never told: it plans well without.
    if read.dialect == "postgresql":
        read.connection.exec_driver_sql("ANALYZE planned, gathered")


def count(read: Read, *, part: int | None = None) -> int:
    """How many pictures are planned for, or for one part of a split."""
    rows = select(func.count()).select_from(planned)
    if part is not None:
        rows = rows.where(planned.c.part == part)
    number: int = read.scalar(rows)
    return number


def tally(read: Read) -> int:
    """The sum of what was counted, of pictures that change."""
    number: int = read.scalar(select(func.coalesce(func.sum(planned.c.tally), 0)).where(_moves()))
    return number


def count_shapes(read: Read) -> int:
    """How many shapes the pictures that change have now."""
    shapes = func.coalesce(func.sum(_documents.c.shapes), 0)
    rows = (
        select(shapes)
        .select_from(planned)
        .join(_documents, _documents.c.document_key == planned.c.before)
        .where(_moves())
    )
    number: int = read.scalar(rows)
    return number


def label_counts(read: Read, rank: int) -> dict[int, int]:
    """Shapes per label key in what was gathered by one rank."""
    pairs = (
        "json_each(document.counts)"
        if read.dialect == "sqlite"
        else "LATERAL json_each_text(document.counts::json)"
    )
    rows = read.all(
        text(
            "SELECT pair.key AS label, sum(CAST(pair.value AS bigint)) AS shapes FROM gathered "
            "JOIN document ON document.document_key = gathered.document_key "
            f"CROSS JOIN {pairs} AS pair WHERE gathered.rank = :rank GROUP BY pair.key"
        ).bindparams(rank=rank)
    )
    return {int(row.label): int(row.shapes) for row in rows}


# --- settling ---------------------------------------------------------------------------------------


def settle_all(read: Read) -> None:
    """Let every picture say what it says now; new ones nothing."""
    read.execute(update(planned).values(is_settled=True))


def open_speaking(read: Read) -> int:
    """Settle anew all pictures of which something is said; how many."""
    return _reopen(read, planned.c.before.is_not(None))


def open_labelled(read: Read, label_keys: Sequence[int]) -> int:
    """Settle anew all pictures that have shapes of these labels; how many."""
    has = exists().where(
        _documents.c.document_key == planned.c.before,
        or_(*(assets.counts_label(_documents.c.counts, key) for key in label_keys)),
    )
    return _reopen(read, has)


def _reopen(read: Read, which: ColumnElement[bool]) -> int:
    return int(
        read.execute(update(planned).where(which).values(after=None, is_settled=False)).rowcount
    )


def settle_to_nothing(read: Read) -> None:
    """Let nothing be said of any picture."""
    read.execute(update(planned).values(after=None, is_settled=True))


def settle_kept(read: Read) -> None:
    """Let pictures of which something is said already stay as they are."""
    speaking = planned.c.before.is_not(None)
    read.execute(update(planned).where(speaking, _open()).values(is_settled=True))


def settle_silent(read: Read) -> None:
    """Let pictures stay as they are of which nothing that was gathered says anything."""
    said = exists().where(
        gathered.c.data_key == planned.c.data_key, gathered.c.document_key.is_not(None)
    )
    read.execute(update(planned).where(_open(), not_(said)).values(is_settled=True))


def settle_shared(read: Read) -> None:
    """Share documents where nothing has to be merged: one is gathered for the data (or several times the
    same), and its asset is new, has never given out a number, or points there already.
    """
    distinct = func.count(func.distinct(func.coalesce(gathered.c.document_key, 0)))
    one = (
        select(
            gathered.c.data_key,
            func.max(gathered.c.document_key).label("document_key"),
            func.max(gathered.c.next_annotation).label("next_annotation"),
            func.max(gathered.c.next_shape).label("next_shape"),
        )
        .group_by(gathered.c.data_key)
        .having(distinct == 1)
        .subquery()
    )
    fresh = and_(
        planned.c.before.is_(None), planned.c.from_annotation == 1, planned.c.from_shape == 1
    )
    same = and_(planned.c.before == one.c.document_key)
    mine = one.c.data_key == planned.c.data_key
    read.execute(
        update(planned)
        .where(mine, _open(), fresh)
        .values(
            after=one.c.document_key,
            next_annotation=one.c.next_annotation,
            next_shape=one.c.next_shape,
            is_settled=True,
        )
    )
    read.execute(update(planned).where(mine, _open(), same).values(is_settled=True))


def _open() -> ColumnElement[bool]:
    return planned.c.is_settled == false()


def count_open(read: Read) -> int:
    number: int = read.scalar(select(func.count()).select_from(planned).where(_open()))
    return number


def open_pictures(read: Read, after: int, limit: int) -> list[Picture]:
    """Pictures to settle whose data key is greater than `after`, in that order."""
    rows = read.all(
        select(planned, _documents.c.content)
        .outerjoin(_documents, _documents.c.document_key == planned.c.before)
        .where(_open(), planned.c.data_key > after)
        .order_by(planned.c.data_key)
        .limit(limit)
    )
    return [
        Picture(
            row.data_key,
            row.asset_key,
            row.before,
            Numbers(row.from_annotation, row.from_shape),
            None if row.content is None else bytes(row.content),
        )
        for row in rows
    ]


def gathered_for(read: Read, data_keys: Sequence[int]) -> dict[int, list[Gathered]]:
    """What was gathered for these data, of each in the order of ranks."""
    found: dict[int, list[Gathered]] = {}
    rows = read.all(
        select(gathered)
        .where(gathered.c.data_key.in_(data_keys))
        .order_by(gathered.c.data_key, gathered.c.rank)
    )
    for row in rows:
        numbers = Numbers(row.next_annotation, row.next_shape)
        one = Gathered(row.rank, row.data_key, row.document_key, numbers)
        found.setdefault(row.data_key, []).append(one)
    return found


def settle(read: Read, settled: Iterable[Settled]) -> None:
    bulk.update(
        read,
        planned.c.data_key,
        (
            planned.c.after,
            planned.c.next_annotation,
            planned.c.next_shape,
            planned.c.tally,
            planned.c.is_settled,
        ),
        [
            (one.after, one.numbers.annotation, one.numbers.shape, one.tally, True, one.data_key)
            for one in settled
        ],
    )


# --- parts of a split -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture in its place among the others. `counts`: shapes per label key."""

    data_key: int
    asset_key: int
    counts: dict[str, int]


def in_order(read: Read) -> Iterator[list[Placed]]:
    """All pictures of one version in their order, some at once."""
    last = -1
    while True:
        rows = read.all(
            select(planned.c.position, planned.c.data_key, planned.c.asset_key, _documents.c.counts)
            .outerjoin(_documents, _documents.c.document_key == planned.c.before)
            .where(planned.c.position > last)
            .order_by(planned.c.position)
            .limit(_CHOSEN_AT_ONCE)
        )
        if not rows:
            return
        yield [Placed(row.data_key, row.asset_key, row.counts or {}) for row in rows]
        last = rows[-1].position


def set_parts(read: Read, parts: Iterable[tuple[int, int]]) -> None:
    """Put pictures, by data key, into parts: pairs of (part, data key)."""
    for some in batches(parts, _CHOSEN_AT_ONCE):
        bulk.update(read, planned.c.data_key, (planned.c.part,), some)


def count_without_part(read: Read) -> int:
    rows = select(func.count()).select_from(planned).where(planned.c.part.is_(None))
    number: int = read.scalar(rows)
    return number


def set_rest(read: Read, part: int) -> None:
    """Put the pictures that are in no part into this one."""
    read.execute(update(planned).where(planned.c.part.is_(None)).values(part=part))


# --- doing it -----------------------------------------------------------------------------------------


def refresh(tx: Transaction, version: Version, *, add: bool) -> int:
    """Look again at the assets of the version, which is open to write alone; how many are to be settled
    anew, as others changed, added or removed them since. Not `add`: what was removed is planned for no more.
    """
    here = and_(
        _assets.c.version_key == version.version_key, _assets.c.data_key == planned.c.data_key
    )
    pairs = (
        (planned.c.asset_key, _assets.c.asset_key),
        (planned.c.before, _assets.c.document_key),
        (planned.c.from_annotation, _assets.c.next_annotation),
        (planned.c.from_shape, _assets.c.next_shape),
    )
    moved = or_(*(then.is_distinct_from(now) for then, now in pairs))
    values = {then.name: now for then, now in pairs}
    tx.execute(update(planned).where(here, moved).values(**values, after=None, is_settled=False))
    gone = and_(planned.c.asset_key.is_not(None), not_(exists().where(here)))
    if add:
        nobody = {"asset_key": None, "from_annotation": 1, "from_shape": 1, "before": None}
        tx.execute(update(planned).where(gone).values(**nobody, after=None, is_settled=False))
    else:
        tx.execute(delete(planned).where(gone))
    return count_open(tx)


def choose_newer(tx: Transaction, version: Version) -> int:
    """Where all pictures of the version are planned for: plan for those that were added since; how many.

    They are to be settled.
    """
    newest = tx.scalar(select(func.max(planned.c.asset_key))) or 0
    columns = (
        _assets.c.data_key,
        _assets.c.asset_key,
        _assets.c.asset_key,
        *_says(_assets),
        *_says(_assets),
        false(),
    )
    names = ("data_key", "position", "asset_key", *_FROM, *_TO, "is_settled")
    rows = select(*columns).where(
        _assets.c.version_key == version.version_key, _assets.c.asset_key > newest
    )
    statement = insert(planned).from_select(names, rows)
    return int(tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount)


def move(tx: Transaction, change_set: ChangeSet) -> int:
    """Point assets to what they shall say; how many. Their version is open to write alone."""
    greatest = func.max if tx.dialect == "sqlite" else func.greatest
    _record(tx, change_set, _changes_of_moves(change_set))
    statement = (
        update(_assets)
        .where(_assets.c.asset_key == planned.c.asset_key, _moves())
        .values(
            document_key=planned.c.after,
            next_annotation=greatest(_assets.c.next_annotation, planned.c.next_annotation),
            next_shape=greatest(_assets.c.next_shape, planned.c.next_shape),
        )
    )
    moved = int(tx.execute(statement).rowcount)
    changes.touch(tx, change_set)
    return moved


def _moves() -> ColumnElement[bool]:
    return and_(
        planned.c.asset_key.is_not(None), planned.c.before.is_distinct_from(planned.c.after)
    )


def _changes_of_moves(change_set: ChangeSet) -> Select[Any]:
    return select(
        literal(change_set.change_set_key),
        planned.c.asset_key,
        planned.c.data_key,
        true(),
        true(),
        planned.c.before,
        planned.c.after,
    ).where(_moves())


def add_assets(
    tx: Transaction, change_set: ChangeSet, version: Version, *, part: int | None = None
) -> int:
    """Make assets of the data that the version lacks (or of one part of a split), in their order; how many.

    It is open to write alone.
    """
    chosen = planned.c.asset_key.is_(None) if part is None else planned.c.part == part
    names = (
        "version_key",
        "data_key",
        "created_at",
        "document_key",
        "next_annotation",
        "next_shape",
    )
    rows = (
        select(
            literal(version.version_key),
            planned.c.data_key,
            literal(tx.now),
            planned.c.after,
            planned.c.next_annotation,
            planned.c.next_shape,
        )
        .where(chosen)
        .order_by(planned.c.position)
    )
    statement = insert(_assets).from_select(names, rows)
    added = tx.execute(statement.execution_options(preserve_rowcount=True)).rowcount
    presence.check(tx, select(planned.c.data_key).where(chosen))
    versions.count_assets(tx, version, added)
    new = (
        select(
            literal(change_set.change_set_key),
            _assets.c.asset_key,
            _assets.c.data_key,
            false(),
            true(),
            null(),
            _assets.c.document_key,
        )
        .join(planned, planned.c.data_key == _assets.c.data_key)
        .where(_assets.c.version_key == version.version_key, chosen)
    )
    _record(tx, change_set, new)
    changes.touch(tx, change_set)
    return int(added)


def remove_assets(tx: Transaction, change_set: ChangeSet, version: Version) -> int:
    """Take the planned assets out of the version; how many. It is open to write alone."""
    chosen = _assets.c.asset_key.in_(select(planned.c.asset_key))
    changes.record_removal(tx, change_set, chosen)
    removed = int(tx.execute(delete(_assets).where(chosen)).rowcount)
    versions.count_assets(tx, version, -removed)
    return removed


_CHANGE_COLUMNS = (
    "change_set_key",
    "asset_key",
    "data_key",
    "existed_before",
    "exists_after",
    "document_before",
    "document_after",
)


def _record(tx: Transaction, change_set: ChangeSet, rows: Select[Any]) -> None:
    if change_set.creates:
        return
    tx.execute(insert(_changes).from_select(_CHANGE_COLUMNS, rows))
