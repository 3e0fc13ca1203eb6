"""Objects of an organization by what people call them: an id, a name, or PARENT/NAME."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from uuid import UUID

from safelight.actions.import_annotations import target_of
from safelight.domain.jobs import Target, TargetType
from safelight.domain.parameters import REFERENCES, Input, InputType
from safelight.errors import Invalid, NotFound
from safelight.store import datalakes, datasets, models, versions
from safelight.store.datalakes import Datalake
from safelight.store.datasets import Dataset
from safelight.store.db import Read
from safelight.store.models import Model, ModelVersion
from safelight.store.versions import Version

T = TypeVar("T")
Object = Version | ModelVersion | Model | Datalake | Dataset


def find_dataset(read: Read, organization_id: UUID, text: str) -> Dataset:
    """Raises NotFound."""
    known = _uuid(text)
    if known is not None:
        return datasets.get(read, organization_id, known)
    return _there(datasets.find(read, organization_id, text), "dataset", text)


def find_version(read: Read, organization_id: UUID, text: str) -> Version:
    """A dataset version, by id or as DATASET/VERSION. Raises NotFound."""
    known = _uuid(text)
    if known is not None:
        return versions.get(read, organization_id, known)
    parent, _, name = text.rpartition("/")
    dataset = _there(datasets.find(read, organization_id, parent), "dataset version", text)
    found = versions.find(read, organization_id, dataset.dataset_id, name)
    return _there(found, "dataset version", text)


def find_model(read: Read, organization_id: UUID, text: str) -> Model:
    """Raises NotFound."""
    known = _uuid(text)
    if known is not None:
        return models.get(read, organization_id, known)
    return _there(models.find(read, organization_id, text), "model", text)


def find_model_version(read: Read, organization_id: UUID, text: str) -> ModelVersion:
    """A model version, by id or as MODEL/VERSION. Raises NotFound."""
    known = _uuid(text)
    if known is not None:
        return models.get_version(read, organization_id, known)
    parent, _, name = text.rpartition("/")
    model = _there(models.find(read, organization_id, parent), "model version", text)
    return _there(models.find_version(read, model, name=name), "model version", text)


def find_datalake(read: Read, organization_id: UUID, text: str) -> Datalake:
    """Raises NotFound."""
    known = _uuid(text)
    if known is not None:
        return datalakes.get(read, organization_id, known)
    return _there(datalakes.find(read, organization_id, text), "datalake", text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _there(found: T | None, noun: str, text: str) -> T:
    if found is None:
        raise NotFound(f"There is no {noun} {text!r}.", name=text)
    return found


# --- targets ------------------------------------------------------------------------------------------


def find_target(read: Read, organization_id: UUID, type: TargetType, text: str) -> Target:
    """What a job is launched on. Raises NotFound."""
    match type:
        case TargetType.DATASET_VERSION:
            return target_of(find_version(read, organization_id, text))
        case TargetType.DATALAKE:
            lake = find_datalake(read, organization_id, text)
            return Target(type, lake.datalake_id, lake.name, f"/datalake/{lake.datalake_id}")
        case TargetType.MODEL_VERSION:
            return model_version_target(find_model_version(read, organization_id, text))
    raise Invalid(f"A processing runs on no {type}.", field="target")


def model_version_target(version: ModelVersion) -> Target:
    return Target(
        TargetType.MODEL_VERSION,
        version.model_version_id,
        f"{version.model.name}/{version.name}",
        f"/model/{version.model.model_id}/version/{version.model_version_id}",
    )


# --- inputs -------------------------------------------------------------------------------------------

# Keys that the official tools send without declaring them.
_KNOWN = (Input("model_version_id", InputType.MODEL_VERSION, required=False),)


def resolve_inputs(
    read: Read, organization_id: UUID, declared: Iterable[Input], values: dict[str, Any]
) -> dict[str, Any]:
    """Inputs with every object named by its id, each of the kind that its declaration asks for.

    Raises Invalid naming the input for an object that is not there or does not fit.
    """
    rules = {each.name: each for each in (*_KNOWN, *declared)}
    resolved = dict(values)
    for name, value in values.items():
        rule = rules.get(name)
        if rule is not None and rule.type in REFERENCES:
            resolved[name] = str(_resolve(read, organization_id, rule, str(value)))
    return resolved


def _resolve(read: Read, organization_id: UUID, rule: Input, text: str) -> UUID:
    try:
        found, object_id = _find(read, organization_id, rule.type, text)
    except NotFound as error:
        raise Invalid(
            f"inputs.{rule.name}: {error.message}", field=f"inputs.{rule.name}"
        ) from error
    for wanted, attribute in (
        (rule.inference_type_constraint, "type"),
        (rule.framework_constraint, "framework"),
    ):
        actual = str(getattr(found, attribute, None) or "")
        if wanted and actual != wanted:
            raise Invalid(
                f"inputs.{rule.name} must be of {attribute} {wanted}, but {text} is {actual}.",
                field=f"inputs.{rule.name}",
            )
    return object_id


def _find(read: Read, organization_id: UUID, type: InputType, text: str) -> tuple[Object, UUID]:
    match type:
        case InputType.DATASET_VERSION:
            version = find_version(read, organization_id, text)
            return version, version.version_id
        case InputType.MODEL_VERSION:
            model_version = find_model_version(read, organization_id, text)
            return model_version, model_version.model_version_id
        case InputType.MODEL:
            model = find_model(read, organization_id, text)
            return model, model.model_id
        case InputType.DATALAKE:
            datalake = find_datalake(read, organization_id, text)
            return datalake, datalake.datalake_id
    dataset = find_dataset(read, organization_id, text)
    return dataset, dataset.dataset_id
