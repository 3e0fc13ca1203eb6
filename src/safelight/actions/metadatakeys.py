"""What custom metadata of a datalake say is declared key by key; what is said is held against it.

Data that say nothing are left alone, for pictures also come from the page and from imports; so are data that
were there before a key was declared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID

from safelight.domain.attributes import OF_METADATA, check, check_values
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import datalakes
from safelight.store.datalakes import MetadataKeys
from safelight.store.db import Database, Read


def hold_against(
    read: Read, datalake_id: UUID, said: Iterable[tuple[str, dict[str, Any] | None]]
) -> None:
    """Hold custom metadata, each beside the name of what it is said of, against what a datalake declares.

    Raises Invalid naming the first of which something is said that does not fit, and the key.
    """
    keys = datalakes.metadata_keys(read, datalake_id)
    for name, one in said:
        if one is None:
            continue
        try:
            check_values(one, keys.declared, allow_others=keys.others)
        except Invalid as misfit:
            raise Invalid(f"{name}: {misfit.message}", **misfit.facts, of=name) from misfit


def get(read: Read, by: Actor, datalake_id: UUID) -> MetadataKeys:
    """Raises NotFound."""
    datalakes.get(read, by.organization_id, datalake_id)
    return datalakes.metadata_keys(read, datalake_id)


def declare(
    db: Database, by: Actor, datalake_id: UUID, key: str, said: dict[str, Any]
) -> dict[str, Any]:
    """Declare a key, in the place of what was declared; as it is kept. Raises NotFound, Invalid."""
    checked = check(key, said, OF_METADATA)
    _change(
        db, by, datalake_id, lambda keys: replace(keys, declared={**keys.declared, key: checked})
    )
    return checked


def forget(db: Database, by: Actor, datalake_id: UUID, key: str) -> None:
    """Take a declaration back; what was said under its key stays. Raises NotFound."""

    def without(keys: MetadataKeys) -> MetadataKeys:
        if key not in keys.declared:
            raise NotFound(f"No key {key!r} of custom metadata is declared.", key=key)
        left = {name: one for name, one in keys.declared.items() if name != key}
        return replace(keys, declared=left)

    _change(db, by, datalake_id, without)


def allow_others(db: Database, by: Actor, datalake_id: UUID, allowed: bool) -> MetadataKeys:
    """Whether custom metadata may have keys that are not declared. Raises NotFound."""
    return _change(db, by, datalake_id, lambda keys: replace(keys, others=allowed))


def _change(
    db: Database, by: Actor, datalake_id: UUID, change: Callable[[MetadataKeys], MetadataKeys]
) -> MetadataKeys:
    with db.transaction() as tx:
        datalakes.get(tx, by.organization_id, datalake_id)
        changed = change(datalakes.metadata_keys(tx, datalake_id, held=True))
        datalakes.set_metadata_keys(tx, datalake_id, changed)
    return changed
