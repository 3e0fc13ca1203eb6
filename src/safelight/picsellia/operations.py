"""Operations on versions that are jobs here: adding data, forks. Clients wait 20 seconds for them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions.add_data import launch_add_data
from safelight.actions.fork import launch_fork
from safelight.domain.datasets import InferenceType
from safelight.domain.operations import Fork
from safelight.errors import NotFound
from safelight.picsellia import job_views, patience, views
from safelight.picsellia.asking import Ctx, Writer, answer, sent
from safelight.store import versions

router = APIRouter()


class AssetsBody(Struct):
    data_ids: list[UUID]
    asset_tag_ids: list[UUID] = field(default_factory=list)


class ForkBody(Struct):
    parent_id: UUID
    version: str
    description: str | None = None
    type: InferenceType | None = None
    with_tags: bool = False
    with_labels: bool = False
    with_annotations: bool = False
    asset_ids: list[UUID] | None = None


@router.post("/dataset/version/{version_id}/assets")
def add_data(
    version_id: UUID,
    actor: Writer,
    context: Ctx,
    body: Annotated[AssetsBody, Depends(sent(AssetsBody))],
) -> Response:
    job, run = launch_add_data(context, actor, version_id, body.data_ids, body.asset_tag_ids)
    return answer({"job": job_views.first(job.job_id, patience.wait(context, run.run_id))})


@router.post("/dataset/{dataset_id}/fork")
def fork(
    dataset_id: UUID,
    actor: Writer,
    context: Ctx,
    body: Annotated[ForkBody, Depends(sent(ForkBody))],
) -> Response:
    with context.db.read() as read:
        parent = versions.get(read, actor.organization_id, body.parent_id)
    if parent.dataset_id != dataset_id:
        raise NotFound("The dataset has no such version.")
    made, job, run = launch_fork(
        context,
        actor,
        body.parent_id,
        Fork(
            name=body.version,
            description=body.description or "",
            with_annotations=body.with_annotations,
            with_labels=body.with_labels,
            with_tags=body.with_tags,
        ),
        type=body.type,
        asset_ids=body.asset_ids,
    )
    ended = patience.wait(context, run.run_id)
    return answer(
        {"dataset_version": views.version(made), "job": job_views.first(job.job_id, ended)}
    )
