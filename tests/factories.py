"""Rows that many tests start from, written as the product writes them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select

from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Database


@dataclass(frozen=True)
class House:
    """An organization with one user of every role and a default datalake."""

    organization_id: UUID
    datalake_id: UUID
    owner: UUID
    admin: UUID
    member: UUID
    viewer: UUID


def add_house(db: Database, name: str = "orchard") -> House:
    """An organization `name` with users `name-owner`, `name-admin`, ... and datalake `default`."""
    house = House(uuid7(), uuid7(), uuid7(), uuid7(), uuid7(), uuid7())
    with db.transaction() as tx:
        if tx.first(select(schema.installation.c.one)) is None:
            tx.execute(insert(schema.installation).values(one=1, salt=0x5AFE17, created_at=tx.now))
        tx.execute(
            insert(schema.organization).values(
                organization_id=house.organization_id,
                name=name,
                connector_id=uuid7(),
                created_at=tx.now,
            )
        )
        tx.execute(
            insert(schema.datalake).values(
                datalake_id=house.datalake_id,
                organization_id=house.organization_id,
                name="default",
                created_at=tx.now,
            )
        )
        for role in schema.ROLES:
            user_id = getattr(house, role)
            tx.execute(
                insert(schema.user).values(
                    user_id=user_id, name=f"{name}-{role}", created_at=tx.now
                )
            )
            tx.execute(
                insert(schema.membership).values(
                    organization_id=house.organization_id, user_id=user_id, role=role
                )
            )
    return house
