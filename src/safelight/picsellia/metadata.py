"""What is said of data beside their pictures: of one, and of many at once."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions import metadata as actions
from safelight.actions.metadata import Description
from safelight.picsellia import views
from safelight.picsellia.asking import BaseUrl, Ctx, Db, Writer, answer, sent

router = APIRouter()


class MetadataBody(Struct):
    metadata: views.Json | None = None


class CustomMetadataBody(Struct):
    custom_metadata: views.Json | None = None


class CloudObject(Struct):
    """What is said of one file, as clients call it. Tags and the source by name."""

    metadata: views.Json | None = None
    custom_metadata: views.Json | None = None
    tags: list[str] = field(default_factory=list)
    data_source: str | None = None

    @property
    def said(self) -> Description:
        return Description(self.metadata, self.custom_metadata, tuple(self.tags), self.data_source)


class BulkBody(Struct):
    objects: dict[UUID, CloudObject]


@router.patch("/data/{data_id}")
def change_metadata(
    data_id: UUID,
    actor: Writer,
    context: Ctx,
    base: BaseUrl,
    body: Annotated[MetadataBody, Depends(sent(MetadataBody))],
) -> Response:
    """What a camera or a pipeline said of the file; none takes away what was said."""
    said = Description(metadata=body.metadata or {})
    changed = actions.change(context.db, actor, data_id, said)
    with context.db.read() as read:
        return answer(views.datas(read, context, base, actor.organization_id, [changed])[0])


@router.patch("/data/{data_id}/custom-metadata")
def change_custom_metadata(
    data_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[CustomMetadataBody, Depends(sent(CustomMetadataBody))],
) -> Response:
    said = Description(custom_metadata=body.custom_metadata or {})
    changed = actions.change(db, actor, data_id, said)
    return answer({"custom_metadata": changed.custom_metadata})


@router.patch("/datalake/{datalake_id}/data/bulk")
def change_many(
    datalake_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[BulkBody, Depends(sent(BulkBody))],
) -> Response:
    """Metadata, tags and sources of many data: all of it, or nothing. Tags are added, nulls change nothing."""
    said = {data_id: one.said for data_id, one in body.objects.items()}
    changed = actions.describe(db, actor, datalake_id, said)
    return answer({"count": len(changed)})
