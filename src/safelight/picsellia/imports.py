"""Files that were uploaded and are nothing yet become data, or projections of data."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions import import_objects as actions
from safelight.actions.context import Context
from safelight.actions.import_objects import Files, Named, Views
from safelight.domain.permissions import Actor
from safelight.picsellia import job_views, patience, views
from safelight.picsellia.asking import BaseUrl, Ctx, Writer, answer, sent
from safelight.picsellia.metadata import CloudObject
from safelight.store import datalakes, organizations
from safelight.store.jobs import Job
from safelight.store.runs import Run

router = APIRouter()


class ObjectsBody(Struct):
    """Names of files with what is said of each, or beginnings of names."""

    objects: dict[str, CloudObject] = field(default_factory=dict)
    prefixes: list[str] = field(default_factory=list)
    tag_ids: list[UUID] = field(default_factory=list)
    data_source_id: UUID | None = None


class ProjectionBody(Struct):
    name: str
    object_name: str


class ProjectionsBody(Struct):
    projections: dict[str, list[ProjectionBody]]


@router.post("/datalake/{datalake_id}/objects")
def import_objects(
    datalake_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[ObjectsBody, Depends(sent(ObjectsBody))],
) -> Response:
    """Make uploaded files data, as a job. Files of other buckets are refused."""
    said = {name: one.said for name, one in body.objects.items()}
    asked = Files(said, body.prefixes, body.tag_ids, body.data_source_id)
    job, run = actions.launch_import(context.db, actor, datalake_id, asked)
    return _launched(context, base, actor, datalake_id, job, run)


@router.post("/datalake/{datalake_id}/objects/projections")
def import_projections(
    datalake_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[ProjectionsBody, Depends(sent(ProjectionsBody))],
) -> Response:
    """Put uploaded files beside data, as a job: all of them, or none."""
    asked = Views(
        {
            of: [Named(view.name, view.object_name) for view in listed]
            for of, listed in body.projections.items()
        }
    )
    job, run = actions.launch_projections(context.db, actor, datalake_id, asked)
    return _launched(context, base, actor, datalake_id, job, run)


def _launched(
    context: Context, base: str, actor: Actor, datalake_id: UUID, job: Job, run: Run
) -> Response:
    ended = patience.wait(context, run.run_id)
    with context.db.read() as read:
        lake = datalakes.get(read, actor.organization_id, datalake_id)
        owner = organizations.get(read, actor.organization_id)
    shown = job_views.second(context, base, actor, job, [ended], ended)
    return answer({"datalake": views.datalake(lake, owner), "job": shown})
