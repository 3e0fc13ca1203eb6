"""What is said of data beside their pictures, of one or of many at once; and what custom metadata may say."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct, field

from safelight.actions import metadata as actions
from safelight.actions import metadatakeys
from safelight.actions.metadata import Description
from safelight.picsellia import views
from safelight.picsellia.asking import BaseUrl, Ctx, Db, Reader, Writer, answer, sent
from safelight.store.datalakes import MetadataKeys

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


# --- what custom metadata may say -----------------------------------------------------------------

_KEYS = "/datalake/{datalake_id}/custom-metadata"


class AllowBody(Struct):
    allow_extra_custom_metadata: bool | None = None


def _shown(keys: MetadataKeys) -> Response:
    return answer(
        {
            "custom_metadata_schema": keys.declared or None,
            "allow_extra_custom_metadata": keys.others,
            "keys": {},  # those with an index of their own: here none needs one
        }
    )


@router.get(_KEYS)
def metadata_keys(datalake_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return _shown(metadatakeys.get(read, actor, datalake_id))


@router.patch(_KEYS)
def allow_other_keys(
    datalake_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[AllowBody, Depends(sent(AllowBody))],
) -> Response:
    """Whether there may be keys beside the declared ones; null changes nothing."""
    if body.allow_extra_custom_metadata is None:
        return metadata_keys(datalake_id, actor, db)
    allowed = body.allow_extra_custom_metadata
    return _shown(metadatakeys.allow_others(db, actor, datalake_id, allowed))


@router.post(_KEYS + "/keys/{key:path}")
def declare_key(
    datalake_id: UUID,
    key: str,
    actor: Writer,
    db: Db,
    body: Annotated[views.Json, Depends(sent(views.Json))],
) -> Response:
    """Declare a key, or declare it anew. Data that were there before are not held against it."""
    return answer(metadatakeys.declare(db, actor, datalake_id, key, body))


@router.delete(_KEYS + "/keys/{key:path}")
def forget_key(datalake_id: UUID, key: str, actor: Writer, db: Db) -> Response:
    """Take a declaration back; what data say under its key stays."""
    metadatakeys.forget(db, actor, datalake_id, key)
    return Response(status_code=204)
