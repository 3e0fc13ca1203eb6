"""Processings: scripts and images that can be launched on an object, and the inputs they declare."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update

from safelight.domain.jobs import Resources, TargetType
from safelight.domain.parameters import Input, InputType
from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Read, Transaction

_processings, _inputs = schema.processing, schema.processing_input


@dataclass(frozen=True, slots=True)
class Source:
    """What is run: a package by the hash of its content, or an image."""

    package_hash: str | None = None
    docker_image: str | None = None
    docker_tag: str | None = None
    docker_flags: list[str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As a run keeps it."""
        if self.package_hash is not None:
            return {"package": self.package_hash}
        return {
            "image": self.docker_image,
            "tag": self.docker_tag,
            "flags": self.docker_flags or [],
        }

    @property
    def exists(self) -> bool:
        return bool(self.package_hash or self.docker_image)


@dataclass(frozen=True, slots=True)
class Processing:
    """`parameters`: the rules of declared parameters as JSON; `default_parameters`: values that are
    given where a launch gives none.
    """

    processing_id: UUID
    organization_id: UUID
    name: str
    is_public: bool
    target: TargetType
    type: str | None
    description: str
    source: Source
    resources: Resources
    default_parameters: dict[str, Any]
    parameters: dict[str, Any]
    created_by: UUID | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class NewProcessing:
    name: str
    target: TargetType
    source: Source
    type: str | None = None
    description: str = ""
    resources: Resources = Resources()  # noqa: RUF009  frozen, so it may be shared
    default_parameters: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    is_public: bool = False


def add(
    tx: Transaction, organization_id: UUID, new: NewProcessing, created_by: UUID | None
) -> Processing:
    """Raises NameTaken."""
    if find(tx, organization_id, new.name) is not None:
        raise NameTaken(f"A processing named {new.name!r} exists already.", name=new.name)
    processing_id = uuid7()
    tx.execute(
        insert(_processings).values(
            processing_id=processing_id,
            organization_id=organization_id,
            created_by=created_by,
            created_at=tx.now,
            updated_at=tx.now,
            **_columns(new),
        )
    )
    return get(tx, organization_id, processing_id)


def replace(tx: Transaction, processing: Processing, new: NewProcessing) -> Processing:
    """Give a processing new content; jobs that ran it keep what they ran. Raises NameTaken."""
    if new.name != processing.name and find(tx, processing.organization_id, new.name) is not None:
        raise NameTaken(f"A processing named {new.name!r} exists already.", name=new.name)
    tx.execute(
        update(_processings)
        .where(_processings.c.processing_id == processing.processing_id)
        .values(updated_at=tx.now, **_columns(new))
    )
    return get(tx, processing.organization_id, processing.processing_id)


def _columns(new: NewProcessing) -> dict[str, Any]:
    return {
        "name": new.name,
        "is_public": new.is_public,
        "target": new.target,
        "type": new.type,
        "description": new.description,
        "default_parameters": new.default_parameters or {},
        "parameters": new.parameters or {},
        "default_cpu": new.resources.cpu,
        "default_gpu": new.resources.gpu,
        "default_memory": new.resources.memory,
        "default_timeout_s": new.resources.timeout_s,
        "default_disk": new.resources.disk,
        **asdict(new.source),
    }


def get(read: Read, organization_id: UUID, processing_id: UUID) -> Processing:
    """Raises NotFound."""
    row = read.first(
        select(_processings).where(
            _processings.c.processing_id == processing_id,
            _processings.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such processing.", processing_id=processing_id)
    return _processing(row)


def find(read: Read, organization_id: UUID, name: str) -> Processing | None:
    row = read.first(
        select(_processings).where(
            _processings.c.organization_id == organization_id, _processings.c.name == name
        )
    )
    return None if row is None else _processing(row)


def of_organization(read: Read, organization_id: UUID) -> list[Processing]:
    """All of them, by name."""
    rows = read.all(
        select(_processings)
        .where(_processings.c.organization_id == organization_id)
        .order_by(func.lower(_processings.c.name), _processings.c.processing_id)
    )
    return [_processing(row) for row in rows]


def remove(tx: Transaction, processing: Processing) -> None:
    """Forget a processing. Its jobs stay, with all they need to be run again."""
    tx.execute(
        update(schema.job)
        .where(
            schema.job.c.organization_id == processing.organization_id,
            schema.job.c.processing_id == processing.processing_id,
        )
        .values(processing_id=None)
    )
    tx.execute(delete(_processings).where(_processings.c.processing_id == processing.processing_id))


# --- inputs ---------------------------------------------------------------------------------------


def inputs(read: Read, processing_id: UUID) -> list[Input]:
    """In the order in which they were declared."""
    return inputs_of(read, [processing_id]).get(processing_id, [])


def inputs_of(read: Read, processing_ids: list[UUID]) -> dict[UUID, list[Input]]:
    """The inputs of many processings at once."""
    rows = read.all(
        select(_inputs)
        .where(_inputs.c.processing_id.in_(processing_ids))
        .order_by(_inputs.c.processing_id, _inputs.c.position)
    )
    found: dict[UUID, list[Input]] = {}
    for row in rows:
        found.setdefault(row.processing_id, []).append(_input(row))
    return found


def set_inputs(tx: Transaction, processing_id: UUID, declared: list[Input]) -> None:
    """Replace all inputs."""
    tx.execute(delete(_inputs).where(_inputs.c.processing_id == processing_id))
    for position, each in enumerate(declared):
        tx.execute(insert(_inputs).values(_input_columns(processing_id, position, each)))


def put_input(tx: Transaction, processing_id: UUID, declared: Input) -> Input:
    """Declare an input, or change the one of that name."""
    known = inputs(tx, processing_id)
    names = [each.name for each in known]
    if declared.name in names:
        known[names.index(declared.name)] = declared
    else:
        known.append(declared)
    set_inputs(tx, processing_id, known)
    return declared


def _input_columns(processing_id: UUID, position: int, declared: Input) -> dict[str, Any]:
    return {
        "processing_id": processing_id,
        "name": declared.name,
        "position": position,
        "input_type": declared.type,
        "required": declared.required,
        "inference_type_constraint": declared.inference_type_constraint,
        "framework_constraint": declared.framework_constraint,
    }


def _input(row: Row[Any]) -> Input:
    return Input(
        row.name,
        InputType(row.input_type),
        row.required,
        row.inference_type_constraint,
        row.framework_constraint,
    )


def _processing(row: Row[Any]) -> Processing:
    return Processing(
        processing_id=row.processing_id,
        organization_id=row.organization_id,
        name=row.name,
        is_public=row.is_public,
        target=TargetType(row.target),
        type=row.type,
        description=row.description,
        source=source_of(row),
        resources=resources_of(row),
        default_parameters=row.default_parameters,
        parameters=row.parameters,
        created_by=row.created_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def source_of(row: Row[Any]) -> Source:
    return Source(row.package_hash, row.docker_image, row.docker_tag, row.docker_flags)


def resources_of(row: Row[Any]) -> Resources:
    return Resources(
        row.default_cpu,
        row.default_memory,
        row.default_gpu or 0,
        row.default_timeout_s,
        row.default_disk,
    )
