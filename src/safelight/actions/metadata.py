"""What people say of data beside their pictures: metadata, tags and sources, of one or of many at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from safelight.actions import metadatakeys
from safelight.actions.ensuring import ensured
from safelight.domain.datasets import check_name
from safelight.domain.permissions import Actor
from safelight.errors import Invalid, NotFound
from safelight.store import data, datalakes, tags
from safelight.store.data import Data
from safelight.store.db import Database, Transaction

AT_ONCE = 500

Metadata = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of one data. Metadata and source stand in the place of what was said before, None leaves
    that as it was; tags (by name) are put beside those that it has. What is missing is made.
    """

    metadata: Metadata | None = None
    custom_metadata: Metadata | None = None
    tags: tuple[str, ...] = ()
    source: str | None = None


def change(db: Database, by: Actor, data_id: UUID, said: Description) -> Data:
    """Say something of one data. Raises NotFound, Invalid."""
    with db.read() as read:
        datalake_id = data.get(read, by.organization_id, data_id).datalake_id
    [changed] = describe(db, by, datalake_id, {data_id: said})
    return changed


def describe(
    db: Database, by: Actor, datalake_id: UUID, said: Mapping[UUID, Description]
) -> list[Data]:
    """Say something of data of a datalake: all of it, or nothing. The data, oldest first.

    Raises NotFound for data that the datalake does not have, Invalid naming what does not fit.
    """
    if len(said) > AT_ONCE:
        raise Invalid(
            f"{len(said):,} data at once are too many: send at most {AT_ONCE} in a call.",
            field="objects",
        )
    return ensured(db, lambda tx: _describe(tx, by, datalake_id, said))


def _describe(
    tx: Transaction, by: Actor, datalake_id: UUID, said: Mapping[UUID, Description]
) -> list[Data]:
    datalakes.get(tx, by.organization_id, datalake_id)
    keys = data.keys_of(tx, by.organization_id, list(said))
    # In one order, so that two who say much do not wait for each other.
    found = data.by_keys(tx, sorted(keys))
    custom = [(one.filename, said[one.data_id].custom_metadata) for one in found]
    metadatakeys.hold_against(tx, datalake_id, custom)
    tagged: dict[str, list[int]] = {}
    for one in found:
        if one.datalake_id != datalake_id:
            raise NotFound(f"The datalake has no data {one.data_id}.", data_id=one.data_id)
        about = said[one.data_id]
        _say(tx, by, one, about)
        for name in about.tags:
            tagged.setdefault(check_name(name, "tag"), []).append(one.data_key)
    for name, chosen in tagged.items():
        tag = tags.ensure(tx, by.organization_id, datalake_id, tags.DATA, name)
        tags.attach(tx, [tag], chosen)
    return data.by_keys(tx, sorted(keys))


def _say(tx: Transaction, by: Actor, found: Data, about: Description) -> None:
    given = {"metadata": about.metadata, "custom_metadata": about.custom_metadata}
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if about.source is not None:
        name = check_name(about.source, "data source")
        source = datalakes.ensure_source(tx, by.organization_id, name)
        values["data_source_id"] = source.data_source_id
    if values:
        data.change(tx, found, **values)
