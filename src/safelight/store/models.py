"""Models, their versions and files. A version may carry a training: a source and typed parameters."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, update

from safelight.domain.jobs import Resources
from safelight.errors import NameTaken, NotFound
from safelight.ids import uuid7
from safelight.store import schema
from safelight.store.db import Read, Transaction
from safelight.store.processings import Source, resources_of, source_of

_models, _versions, _files = schema.model, schema.model_version, schema.model_file


@dataclass(frozen=True, slots=True)
class Model:
    model_id: UUID
    organization_id: UUID
    name: str
    description: str
    is_public: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """`parameter_rules`: the rules of declared parameters as JSON; `parameters`: their defaults."""

    model_version_id: UUID
    model: Model
    number: int
    name: str
    description: str
    type: str
    framework: str
    source: Source
    docker_env: dict[str, Any] | None
    resources: Resources
    parameter_rules: dict[str, Any]
    labels: dict[str, Any] | None
    parameters: dict[str, Any]
    created_by: UUID | None
    created_at: int

    @property
    def organization_id(self) -> UUID:
        return self.model.organization_id

    @property
    def launchable(self) -> bool:
        """Whether an experiment can be launched from it."""
        return self.source.exists


@dataclass(frozen=True, slots=True)
class NewVersion:
    """`name` empty: made from the number."""

    name: str = ""
    description: str = ""
    type: str = "NOT_CONFIGURED"
    framework: str = "NOT_CONFIGURED"
    source: Source = Source()  # noqa: RUF009  frozen, so it may be shared
    docker_env: dict[str, Any] | None = None
    resources: Resources = Resources()  # noqa: RUF009
    parameter_rules: dict[str, Any] = field(default_factory=dict)
    labels: dict[str, Any] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelFile:
    model_file_id: UUID
    model_version_id: UUID
    name: str
    filename: str
    object_name: str
    large: bool


# --- models -----------------------------------------------------------------------------------------


def add(
    tx: Transaction,
    organization_id: UUID,
    name: str,
    *,
    description: str = "",
    is_public: bool = False,
    created_by: UUID | None = None,
) -> Model:
    """Raises NameTaken."""
    if find(tx, organization_id, name) is not None:
        raise NameTaken(f"A model named {name!r} exists already.", name=name)
    model = Model(uuid7(), organization_id, name, description, is_public, tx.now)
    tx.execute(insert(_models).values(created_by=created_by, **asdict(model)))
    return model


def get(read: Read, organization_id: UUID, model_id: UUID) -> Model:
    """Raises NotFound."""
    row = read.first(
        select(_models).where(
            _models.c.model_id == model_id, _models.c.organization_id == organization_id
        )
    )
    if row is None:
        raise NotFound("There is no such model.", model_id=model_id)
    return _model(row)


def find(read: Read, organization_id: UUID, name: str) -> Model | None:
    row = read.first(
        select(_models).where(_models.c.organization_id == organization_id, _models.c.name == name)
    )
    return None if row is None else _model(row)


def of_organization(read: Read, organization_id: UUID) -> list[Model]:
    """All models, by name."""
    rows = read.all(
        select(_models)
        .where(_models.c.organization_id == organization_id)
        .order_by(func.lower(_models.c.name), _models.c.model_id)
    )
    return [_model(row) for row in rows]


def change(tx: Transaction, model: Model, *, is_public: bool, description: str) -> None:
    tx.execute(
        update(_models)
        .where(_models.c.model_id == model.model_id)
        .values(is_public=is_public, description=description)
    )


def _model(row: Row[Any]) -> Model:
    return Model(
        row.model_id,
        row.organization_id,
        row.name,
        row.description,
        row.is_public,
        row.created_at,
    )


# --- versions ---------------------------------------------------------------------------------------


def add_version(
    tx: Transaction, model: Model, new: NewVersion, created_by: UUID | None
) -> ModelVersion:
    """Raises NameTaken. Its number is the model's next."""
    # The model's row is held, so that two versions made at once get two numbers.
    tx.execute(
        select(_models.c.model_id).where(_models.c.model_id == model.model_id).with_for_update()
    )
    last = tx.scalar(
        select(func.max(_versions.c.number)).where(_versions.c.model_id == model.model_id)
    )
    number = (last if last is not None else -1) + 1
    name = new.name or f"v{number}"
    if find_version(tx, model, name=name) is not None:
        raise NameTaken(f"The model has a version {name!r} already.", name=name)
    model_version_id = uuid7()
    tx.execute(
        insert(_versions).values(
            model_version_id=model_version_id,
            model_id=model.model_id,
            organization_id=model.organization_id,
            number=number,
            name=name,
            created_by=created_by,
            created_at=tx.now,
            updated_at=tx.now,
            **_columns(new),
        )
    )
    return get_version(tx, model.organization_id, model_version_id)


def replace_version(tx: Transaction, version: ModelVersion, new: NewVersion) -> ModelVersion:
    """Give a version new content; its name changes if one is given. Raises NameTaken."""
    if new.name and new.name != version.name and find_version(tx, version.model, name=new.name):
        raise NameTaken(f"The model has a version {new.name!r} already.", name=new.name)
    tx.execute(
        update(_versions)
        .where(_versions.c.model_version_id == version.model_version_id)
        .values(name=new.name or version.name, updated_at=tx.now, **_columns(new))
    )
    return get_version(tx, version.organization_id, version.model_version_id)


def _columns(new: NewVersion) -> dict[str, Any]:
    return {
        "description": new.description,
        "type": new.type,
        "framework": new.framework,
        "docker_env": new.docker_env,
        "default_cpu": new.resources.cpu,
        "default_gpu": new.resources.gpu,
        "default_memory": new.resources.memory,
        "default_timeout_s": new.resources.timeout_s,
        "default_disk": new.resources.disk,
        "parameter_rules": new.parameter_rules,
        "labels": new.labels,
        "parameters": new.parameters,
        **asdict(new.source),
    }


def _select() -> Select[Any]:
    return select(
        _versions,
        _models.c.name.label("model_name"),
        _models.c.description.label("model_description"),
        _models.c.is_public,
        _models.c.created_at.label("model_created_at"),
    ).join(_models, _models.c.model_id == _versions.c.model_id)


def get_version(read: Read, organization_id: UUID, model_version_id: UUID) -> ModelVersion:
    """Raises NotFound."""
    row = read.first(
        _select().where(
            _versions.c.model_version_id == model_version_id,
            _versions.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such model version.", model_version_id=model_version_id)
    return _version(row)


def find_version(
    read: Read, model: Model, *, name: str | None = None, number: int | None = None
) -> ModelVersion | None:
    """A model's version by its name or number."""
    statement = _select().where(_versions.c.model_id == model.model_id)
    if name is not None:
        statement = statement.where(_versions.c.name == name)
    if number is not None:
        statement = statement.where(_versions.c.number == number)
    row = read.first(statement)
    return None if row is None else _version(row)


def versions_of(read: Read, model: Model) -> list[ModelVersion]:
    """Newest first."""
    rows = read.all(
        _select().where(_versions.c.model_id == model.model_id).order_by(_versions.c.number.desc())
    )
    return [_version(row) for row in rows]


def launchable_versions(read: Read, organization_id: UUID) -> list[ModelVersion]:
    """Every version that an experiment can be launched from, by the model's name, newest first."""
    rows = read.all(
        _select()
        .where(
            _versions.c.organization_id == organization_id,
            _versions.c.package_hash.is_not(None) | _versions.c.docker_image.is_not(None),
        )
        .order_by(func.lower(_models.c.name), _versions.c.number.desc())
    )
    return [_version(row) for row in rows]


def _version(row: Row[Any]) -> ModelVersion:
    return ModelVersion(
        model_version_id=row.model_version_id,
        model=Model(
            row.model_id,
            row.organization_id,
            row.model_name,
            row.model_description,
            row.is_public,
            row.model_created_at,
        ),
        number=row.number,
        name=row.name,
        description=row.description,
        type=row.type,
        framework=row.framework,
        source=source_of(row),
        docker_env=row.docker_env,
        resources=resources_of(row),
        parameter_rules=row.parameter_rules,
        labels=row.labels,
        parameters=row.parameters,
        created_by=row.created_by,
        created_at=row.created_at,
    )


# --- files ------------------------------------------------------------------------------------------


def files_of(read: Read, version: ModelVersion) -> list[ModelFile]:
    """In the order in which they were added."""
    rows = read.all(
        select(_files)
        .where(_files.c.model_version_id == version.model_version_id)
        .order_by(_files.c.model_file_id)
    )
    return [_file(row) for row in rows]


def _file(row: Row[Any]) -> ModelFile:
    return ModelFile(
        row.model_file_id,
        row.model_version_id,
        row.name,
        row.filename,
        row.object_name,
        row.large,
    )


def find_file(read: Read, version: ModelVersion, name: str) -> ModelFile | None:
    row = read.first(
        select(_files).where(
            _files.c.model_version_id == version.model_version_id, _files.c.name == name
        )
    )
    return None if row is None else _file(row)


def get_file(read: Read, organization_id: UUID, model_file_id: UUID) -> ModelFile:
    """Raises NotFound."""
    row = read.first(
        select(_files)
        .join(_versions, _versions.c.model_version_id == _files.c.model_version_id)
        .where(
            _files.c.model_file_id == model_file_id,
            _versions.c.organization_id == organization_id,
        )
    )
    if row is None:
        raise NotFound("There is no such model file.", model_file_id=model_file_id)
    return _file(row)


def add_file(
    tx: Transaction,
    version: ModelVersion,
    name: str,
    *,
    filename: str,
    object_name: str,
    large: bool,
) -> ModelFile:
    """A file of an object that was uploaded. Raises NameTaken."""
    if find_file(tx, version, name) is not None:
        raise NameTaken(f"The model version has a file {name!r} already.", name=name)
    file = ModelFile(uuid7(), version.model_version_id, name, filename, object_name, large)
    tx.execute(insert(_files).values(created_at=tx.now, **asdict(file)))
    return file


def remove_file(tx: Transaction, file: ModelFile) -> list[str]:
    """Forget a file; the names of objects that nobody points to then."""
    tx.execute(delete(_files).where(_files.c.model_file_id == file.model_file_id))
    artifacts = schema.artifact
    for table in (_files, artifacts):
        if tx.first(select(table).where(table.c.object_name == file.object_name).limit(1)):
            return []
    return [file.object_name]
