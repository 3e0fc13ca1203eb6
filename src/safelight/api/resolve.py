"""Where the page shows what other tools print short addresses of."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from safelight.actions import experiments as experiment_actions
from safelight.actions import references
from safelight.actions.import_annotations import target_of
from safelight.api.asking import Db, Reader
from safelight.domain.jobs import TargetType
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.store import datasets, experiments, models, projects, versions
from safelight.store.db import Read

router = APIRouter(tags=["server"])


class Resolved(BaseModel):
    path: str


@router.get("/resolve")
def resolve(
    actor: Reader, db: Db, path: Annotated[str, Query(description="As /dataset/version/{id}.")]
) -> Resolved:
    """The page's full path of a short one, as the official SDK prints it: /dataset/{id},
    /dataset/version/{id}, /datalake/{id}, /project/{id}, /experiment/{id}, /model/{id},
    /model/version/{id}, /organization/{id}.
    """
    noun, _, text = path.strip("/").rpartition("/")
    with db.read() as read:
        try:
            place = _place(read, actor, noun, UUID(text))
        except ValueError as error:
            raise NotFound(f"Nothing is at {path}.", path=path) from error
    return Resolved(path=f"/{actor.organization_name}{place}")


def _place(read: Read, actor: Actor, noun: str, object_id: UUID) -> str:
    mine = actor.organization_id
    match noun:
        case "dataset":
            return f"/dataset/{datasets.get(read, mine, object_id).dataset_id}"
        case "dataset/version":
            return f"{target_of(versions.get(read, mine, object_id)).path}/assets"
        case "datalake":
            text = str(object_id)
            return references.find_target(read, mine, TargetType.DATALAKE, text).path
        case "project":
            return f"/project/{projects.get(read, mine, object_id).project_id}"
        case "experiment":
            return experiment_actions.target_of(experiments.get(read, mine, object_id)).path
        case "model":
            return _model_place(read, mine, object_id)
        case "model/version":
            version = models.get_version(read, mine, object_id)
            return references.model_version_target(version).path
        case "organization" if object_id == mine:
            return "/jobs"
    raise NotFound(f"Nothing is at /{noun}/{object_id}.")


def _model_place(read: Read, organization_id: UUID, model_id: UUID) -> str:
    """A model is shown by its newest version."""
    model = models.get(read, organization_id, model_id)
    newest = next(iter(models.versions_of(read, model)), None)
    if newest is None:
        raise NotFound("This model has no version yet.", model_id=model_id)
    return references.model_version_target(newest).path
