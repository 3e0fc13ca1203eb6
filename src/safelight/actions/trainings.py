"""Registering trainings: a training package is the source of a model's version."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import structlog

from safelight.actions import packages, processings
from safelight.actions.access import Actor
from safelight.actions.context import Context
from safelight.actions.packages import Entries, Taken
from safelight.domain.packages import PROCESSING_MANIFEST, TRAINING_MANIFEST, PackageKind
from safelight.domain.permissions import require
from safelight.errors import Invalid, NameTaken
from safelight.store import models, organizations
from safelight.store.models import ModelVersion, NewVersion
from safelight.store.processings import Source

log = structlog.get_logger()
FRAMEWORKS = ("TENSORFLOW", "PYTORCH", "ONNX", "NOT_CONFIGURED")
SHIPPED = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Registered:
    version: ModelVersion
    warnings: tuple[str, ...]


def register(context: Context, actor: Actor, archive: bytes) -> Registered:
    """A model version from an uploaded training package.

    The same package again is the version that exists; another content makes the model's next
    version, so that experiments keep what they were launched from. Raises Denied, Invalid, TooLarge,
    and NameTaken for the name of a model that ships with Safelight.
    """
    require(actor, "add_package")
    entries = packages.unpack(archive)
    return register_entries(context, actor.organization_id, entries, created_by=actor.user_id)


def register_entries(
    context: Context,
    organization_id: UUID,
    entries: Entries,
    *,
    created_by: UUID | None = None,
    is_public: bool = False,
) -> Registered:
    """A model version from files that are at hand. `is_public`: it ships with Safelight."""
    taken = packages.take(context, organization_id, entries, created_by=created_by)
    if taken.manifest.kind is not PackageKind.TRAINING:
        raise Invalid("This package is a processing; add it as a processing.")
    new = _from_manifest(taken)
    with context.db.transaction() as tx:
        model = models.find(tx, organization_id, taken.manifest.model)
        if model is None:
            model = models.add(
                tx,
                organization_id,
                taken.manifest.model,
                description=taken.manifest.description,
                is_public=is_public,
                created_by=created_by,
            )
        elif model.is_public and not is_public:
            raise NameTaken(
                f"{model.name!r} ships with Safelight; give your own another name.",
                name=model.name,
            )
        for version in models.versions_of(tx, model):
            if version.source == new.source:
                return Registered(version, taken.warnings)
        return Registered(models.add_version(tx, model, new, created_by), taken.warnings)


def _from_manifest(taken: Taken) -> NewVersion:
    manifest = taken.manifest
    if manifest.framework not in FRAMEWORKS:
        raise Invalid(f"framework must be one of {', '.join(FRAMEWORKS)}.", field="framework")
    return NewVersion(
        description=manifest.description,
        type=manifest.inference_type,
        framework=manifest.framework,
        source=Source(package_hash=taken.package.package_hash),
        resources=manifest.resources,
        parameter_rules={name: rule.to_json() for name, rule in manifest.parameters.items()},
        parameters=processings.default_parameters(manifest),
    )


# --- what ships ---------------------------------------------------------------------------------------


def register_shipped(context: Context, home: Path = SHIPPED) -> None:
    """Bring every organization up to date with the processings and trainings that ship.

    A folder that cannot be registered is said in the log and left out: it must not keep the server
    from starting.
    """
    with context.db.read() as tx:
        everyone = organizations.all_of(tx)
    for folder in sorted({*home.glob("processings/*/"), *home.glob("trainings/*/")}):
        for organization in everyone:
            try:
                _ship(context, organization.organization_id, folder)
            except Exception:
                log.exception("cannot register what ships", folder=folder.name)


def _ship(context: Context, organization_id: UUID, folder: Path) -> None:
    if (folder / PROCESSING_MANIFEST).is_file():
        entries = packages.read_folder(folder)
        processings.register_entries(context, organization_id, entries, is_public=True)
    elif (folder / TRAINING_MANIFEST).is_file():
        entries = packages.read_folder(folder)
        register_entries(context, organization_id, entries, is_public=True)


def as_new(version: ModelVersion) -> NewVersion:
    """A version as it would be made again."""
    return NewVersion(
        name=version.name,
        description=version.description,
        type=version.type,
        framework=version.framework,
        source=version.source,
        docker_env=version.docker_env,
        resources=version.resources,
        parameter_rules=version.parameter_rules,
        labels=version.labels,
        parameters=version.parameters,
    )
