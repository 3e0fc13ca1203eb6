"""Launching the import of files that were uploaded and are nothing yet: they become data, or projections of data.

Safelight keeps files under names that it gave out, in a storage of its own. Names of another bucket are refused,
with what to do instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgspec

from safelight.actions import metadatakeys, projections
from safelight.actions.data import KIND, check_given
from safelight.actions.launch import internal_order, launch
from safelight.actions.metadata import Description
from safelight.domain.datasets import check_name
from safelight.domain.jobs import Target, TargetType
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid, NotFound
from safelight.store import data, datalakes, objects
from safelight.store.datalakes import Datalake
from safelight.store.db import Database, Read
from safelight.store.jobs import Job
from safelight.store.runs import Run

AT_ONCE = 500
_INSTEAD = (
    "Safelight keeps files in a storage of its own and reads no other bucket: upload them with "
    "`upload_data` or on the page, or put them into the zip of an import."
)


@dataclass(frozen=True, slots=True)
class Files:
    """What shall become data: what is named with what is said of it, and all whose names begin so, with the
    same tags and source.
    """

    objects: dict[str, Description] = field(default_factory=dict)
    prefixes: list[str] = field(default_factory=list)
    tag_ids: list[UUID] = field(default_factory=list)
    data_source_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A file that shall be a projection, and its name as one."""

    name: str
    object_name: str


@dataclass(frozen=True, slots=True)
class Views:
    """What shall stand beside data, by the object name of each."""

    projections: dict[str, list[Named]]


def launch_import(db: Database, by: Actor, datalake_id: UUID, asked: Files) -> tuple[Job, Run]:
    """Launch the job that makes files data of a datalake. Raises Denied, NotFound (also for one name), Invalid."""
    require(by, "write_data")
    _check_number(len(asked.objects) + len(asked.prefixes), "objects")
    with db.read() as read:
        lake = datalakes.get(read, by.organization_id, datalake_id)
        check_given(read, by, datalake_id, asked.tag_ids, asked.data_source_id)
        for object_name, said in asked.objects.items():
            _check_stored(read, by, object_name, KIND)
            for name in said.tags:
                check_name(name, "tag")
            if said.source is not None:
                check_name(said.source, "data source")
        custom = [(name, said.custom_metadata) for name, said in asked.objects.items()]
        metadatakeys.hold_against(read, datalake_id, custom)
        number = len(names_of(read, by.organization_id, asked))
    if not number:
        raise NotFound(
            f"No uploaded file that is not data yet has a name that begins with one of {asked.prefixes}. "
            + _INSTEAD,
            field="prefixes",
        )
    name = f"Import {number:,} uploaded file{'' if number == 1 else 's'} into {lake.name}"
    return _launch(db, by, lake, "import_objects", name, asked)


def launch_projections(db: Database, by: Actor, datalake_id: UUID, asked: Views) -> tuple[Job, Run]:
    """Launch the job that puts files beside data. Raises Denied, NotFound naming what is not there, Invalid."""
    require(by, "write_data")
    _check_number(len(asked.projections), "projections")
    with db.read() as read:
        lake = datalakes.get(read, by.organization_id, datalake_id)
        for object_name, views in asked.projections.items():
            if data.find(read, datalake_id, object_name=object_name) is None:
                raise NotFound(
                    f"The datalake has no data with the object name {object_name!r}.",
                    object_name=object_name,
                )
            for view in views:
                check_name(view.name, "projection")
                _check_stored(read, by, view.object_name, projections.KIND)
    number = sum(len(views) for views in asked.projections.values())
    name = f"Import {number:,} projection{'' if number == 1 else 's'} into {lake.name}"
    return _launch(db, by, lake, "import_projections", name, asked)


def names_of(read: Read, organization_id: UUID, asked: Files) -> list[str]:
    """The object names that are meant; of those that are only named by a beginning, what is not data yet."""
    begun = [
        name
        for prefix in asked.prefixes
        for name in objects.beginning(read, organization_id, KIND, prefix.lstrip("/"))
    ]
    known = data.with_objects(read, begun)
    return list(dict.fromkeys([*asked.objects, *(name for name in begun if name not in known)]))


def _check_number(number: int, field: str) -> None:
    if not 0 < number <= AT_ONCE:
        raise Invalid(f"Name 1 to {AT_ONCE} of them in a call, not {number:,}.", field=field)


def _check_stored(read: Read, by: Actor, object_name: str, kind: str) -> None:
    found = objects.find(read, object_name)
    if found is None or found.organization_id != by.organization_id or not found.is_stored:
        raise NotFound(
            f"There is no uploaded file {object_name!r}. {_INSTEAD}", object_name=object_name
        )
    if found.kind != kind:
        raise Invalid(
            f"{object_name!r} was uploaded as {found.kind}, not as {kind}.", object_name=object_name
        )


def _launch(
    db: Database, by: Actor, lake: Datalake, operation: str, name: str, asked: Files | Views
) -> tuple[Job, Run]:
    target = Target(
        TargetType.DATALAKE, lake.datalake_id, lake.name, f"/datalake/{lake.datalake_id}"
    )
    inputs: dict[str, Any] = msgspec.to_builtins(asked)
    with db.transaction() as tx:
        return launch(tx, internal_order(by, operation, name=name, target=target, inputs=inputs))
