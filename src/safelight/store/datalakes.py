"""Datalakes, where picture files live, and the sources that files are said to come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update

from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Read, Transaction

_datalakes, _sources, _blocks = schema.datalake, schema.data_source, schema.data_block
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Datalake:
    datalake_id: UUID
    organization_id: UUID
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class MetadataKeys:
    """What custom metadata of a datalake say: declarations by key (see `domain/attributes.py`), and whether
    there may be others beside them.
    """

    declared: dict[str, dict[str, Any]]
    others: bool


@dataclass(frozen=True, slots=True)
class Source:
    """Where somebody said that files came from."""

    data_source_id: UUID
    name: str


def of_organization(read: Read, organization_id: UUID) -> list[Datalake]:
    """All datalakes, the oldest (which is the default one) first."""
    rows = read.all(
        select(_datalakes)
        .where(_datalakes.c.organization_id == organization_id)
        .order_by(_datalakes.c.created_at, _datalakes.c.datalake_id)
    )
    return [
        Datalake(row.datalake_id, row.organization_id, row.name, row.created_at) for row in rows
    ]


def get(read: Read, organization_id: UUID, datalake_id: UUID) -> Datalake:
    """Raises NotFound."""
    for datalake in of_organization(read, organization_id):
        if datalake.datalake_id == datalake_id:
            return datalake
    raise NotFound("There is no such datalake.", datalake_id=datalake_id)


def find(read: Read, organization_id: UUID, name: str) -> Datalake | None:
    lakes = of_organization(read, organization_id)
    return next((one for one in lakes if one.name == name), None)


def default(read: Read, organization_id: UUID) -> Datalake:
    """The datalake that counts when none is named. Raises NotFound."""
    lakes = of_organization(read, organization_id)
    if not lakes:
        raise NotFound("The organization has no datalake.")
    return next((one for one in lakes if one.name == DEFAULT), lakes[0])


def add(tx: Transaction, organization_id: UUID, name: str) -> Datalake:
    """Raises NameTaken."""
    if find(tx, organization_id, name) is not None:
        raise NameTaken(f"There is a datalake {name!r} already.", name=name)
    datalake = Datalake(uuid7(), organization_id, name, tx.now)
    tx.execute(
        insert(_datalakes).values(
            datalake_id=datalake.datalake_id,
            organization_id=organization_id,
            name=name,
            created_at=tx.now,
        )
    )
    return datalake


def data_counts(read: Read, organization_id: UUID) -> dict[UUID, int]:
    """Number of data per datalake; empty ones are left out."""
    rows = read.all(
        select(_blocks.c.datalake_id, func.sum(_blocks.c.number).label("data"))
        .join(_datalakes, _datalakes.c.datalake_id == _blocks.c.datalake_id)
        .where(_datalakes.c.organization_id == organization_id)
        .group_by(_blocks.c.datalake_id)
        .having(func.sum(_blocks.c.number) > 0)
    )
    return {row.datalake_id: int(row.data) for row in rows}


def metadata_keys(read: Read, datalake_id: UUID, *, held: bool = False) -> MetadataKeys:
    """`held`: others who change them wait for the end of this transaction."""
    statement = select(_datalakes.c.metadata_keys, _datalakes.c.other_metadata_keys)
    statement = statement.where(_datalakes.c.datalake_id == datalake_id)
    if held and read.dialect != "sqlite":
        statement = statement.with_for_update()
    row = read.first(statement)
    if row is None:
        raise NotFound("There is no such datalake.", datalake_id=datalake_id)
    return MetadataKeys(row.metadata_keys or {}, row.other_metadata_keys)


def set_metadata_keys(tx: Transaction, datalake_id: UUID, keys: MetadataKeys) -> None:
    tx.execute(
        update(_datalakes)
        .where(_datalakes.c.datalake_id == datalake_id)
        .values(metadata_keys=keys.declared or None, other_metadata_keys=keys.others)
    )


def sources(read: Read, organization_id: UUID) -> list[Source]:
    rows = read.all(
        select(_sources)
        .where(_sources.c.organization_id == organization_id)
        .order_by(_sources.c.data_source_id)
    )
    return [Source(row.data_source_id, row.name) for row in rows]


def get_source(read: Read, organization_id: UUID, data_source_id: UUID) -> Source:
    """Raises NotFound."""
    row = read.first(
        select(_sources).where(
            _sources.c.organization_id == organization_id,
            _sources.c.data_source_id == data_source_id,
        )
    )
    if row is None:
        raise NotFound("There is no such data source.", data_source_id=data_source_id)
    return Source(row.data_source_id, row.name)


def find_source(read: Read, organization_id: UUID, name: str) -> Source | None:
    row = read.first(
        select(_sources).where(
            _sources.c.organization_id == organization_id, _sources.c.name == name
        )
    )
    return None if row is None else Source(row.data_source_id, row.name)


def add_source(tx: Transaction, organization_id: UUID, name: str) -> Source:
    """Raises NameTaken."""
    if find_source(tx, organization_id, name) is not None:
        raise NameTaken(f"There is a data source {name!r} already.", name=name)
    source = Source(uuid7(), name)
    tx.execute(
        insert(_sources).values(
            data_source_id=source.data_source_id, organization_id=organization_id, name=name
        )
    )
    return source


def ensure_source(tx: Transaction, organization_id: UUID, name: str) -> Source:
    """The source of this name, made if missing."""
    return find_source(tx, organization_id, name) or add_source(tx, organization_id, name)


def rename_source(tx: Transaction, organization_id: UUID, source: Source, name: str) -> None:
    """Raises NameTaken."""
    other = find_source(tx, organization_id, name)
    if other is not None and other.data_source_id != source.data_source_id:
        raise NameTaken(f"There is a data source {name!r} already.", name=name)
    tx.execute(
        update(_sources).where(_sources.c.data_source_id == source.data_source_id).values(name=name)
    )


def remove_source(tx: Transaction, source: Source) -> None:
    """Forget a source. Its data stay, and are of none then."""
    _data = schema.data
    tx.execute(
        update(_data)
        .where(_data.c.data_source_id == source.data_source_id)
        .values(data_source_id=None)
    )
    tx.execute(delete(_sources).where(_sources.c.data_source_id == source.data_source_id))
