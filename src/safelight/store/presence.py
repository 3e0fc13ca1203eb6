"""That the data which assets point to is there, and stays.

The pointers of assets have no foreign keys: to check each of a million takes three quarters of a fork, and so a
fork would not be done in an instant. Instead whoever adds pointers checks them all at once, and nobody removes data
before that transaction ends. Documents and versions need no such thing: a version's row is never removed, and a
document only by the operation that wrote it, as long as nothing points there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from safelight.errors import Conflict
from safelight.store import schema
from safelight.store.db import Transaction

_data = schema.data
_LOCK = 0x5AFE_DA7A  # any number that no other advisory lock of the installation has


def hold(tx: Transaction) -> None:
    """Let no data be removed before this transaction ends. Those who add pointers do not wait for each other."""
    if tx.dialect != "sqlite":  # it has one writer anyway
        tx.execute(select(func.pg_advisory_xact_lock_shared(_LOCK)))


def alone(tx: Transaction) -> None:
    """Wait for all who add pointers, and let nobody add any before this transaction ends: to remove data."""
    if tx.dialect != "sqlite":
        tx.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def check(tx: Transaction, pointed_to: Select[Any]) -> None:
    """Hold the data, and see that all is there. `pointed_to` selects data keys: of the pointers that this
    transaction has added. Raises Conflict.
    """
    hold(tx)
    keys = pointed_to.subquery()
    [key] = keys.c
    missing = (
        select(key).outerjoin(_data, _data.c.data_key == key).where(_data.c.data_key.is_(None))
    )
    if tx.first(missing.limit(1)) is not None:
        raise Conflict(
            "Pictures that are to be added were removed from the datalake meanwhile. Nothing was changed; do it again."
        )
