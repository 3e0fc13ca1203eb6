"""Operations on versions that are jobs here: adding data, forks, copies. Clients wait 20 seconds for them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions.add_data import launch_add_data
from safelight.actions.fork import launch_fork
from safelight.actions.operations import launch_operation
from safelight.domain.datasets import InferenceType
from safelight.domain.operations import Copy, Fork, Pictures, TagsToClasses
from safelight.errors import Invalid, NotFound
from safelight.picsellia import job_views, patience, views
from safelight.picsellia.asking import Ctx, Writer, answer, sent
from safelight.picsellia.tags import TagType
from safelight.store import tags, versions

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


class CopyBody(Struct):
    destination_id: UUID
    asset_ids: list[UUID]
    with_tags: bool = False
    with_annotations: bool = False


class ConvertBody(Struct):
    tag_ids: list[UUID]
    tag_type: TagType


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
    with context.db.read() as read:
        shown = views.version(read, made)
    return answer({"dataset_version": shown, "job": job_views.first(job.job_id, ended)})


@router.post("/dataset/version/{version_id}/assets/copy")
def copy_assets(
    version_id: UUID,
    actor: Writer,
    context: Ctx,
    body: Annotated[CopyBody, Depends(sent(CopyBody))],
) -> Response:
    """Copy assets into another version of the same dataset."""
    asked = Copy(
        source=str(version_id),
        pictures=Pictures(asset_ids=body.asset_ids),
        with_annotations=body.with_annotations,
        with_tags=body.with_tags,
    )
    job, run = launch_operation(context, actor, body.destination_id, asked)
    return answer({"job": job_views.first(job.job_id, patience.wait(context, run.run_id))})


@router.post("/dataset/version/{version_id}/tags/convert")
def tags_to_classes(
    version_id: UUID,
    actor: Writer,
    context: Ctx,
    body: Annotated[ConvertBody, Depends(sent(ConvertBody))],
) -> Response:
    """Give assets the classes that their tags, or those of their data, name."""
    with context.db.read() as read:
        versions.get(read, actor.organization_id, version_id)
        found = [tags.get(read, actor.organization_id, tag_id) for tag_id in body.tag_ids]
    if not found:
        raise Invalid("Say which tags: none is given.", field="tag_ids")
    for tag in found:
        if tag.target_type != body.tag_type:
            raise Invalid(
                f"The tag {tag.name!r} is one of {tag.target_type}, not of {body.tag_type}.",
                field="tag_ids",
            )
        if tag.target_type == tags.ASSET and tag.owner_id != version_id:
            raise NotFound(f"The tag {tag.name!r} is one of another version.", tag_id=tag.tag_id)
    of_data = body.tag_type == TagType.DATA
    asked = TagsToClasses(tags=[tag.name for tag in found], of_data=of_data)
    job, run = launch_operation(context, actor, version_id, asked)
    return answer(job_views.first(job.job_id, patience.wait(context, run.run_id)))
