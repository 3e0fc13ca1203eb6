"""What runs and edits changed in dataset versions, and its undo."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel

from safelight.actions import runview
from safelight.actions.context import Context
from safelight.actions.undo import launch_undo_of_change, launch_undo_of_run
from safelight.api.asking import Ctx, DataWriter, Reader
from safelight.api.change_views import (
    ChangeView,
    Json,
    PictureChangeView,
    change_view,
    picture_changes,
)
from safelight.api.job_query import JobReader
from safelight.api.job_views import JobDetail
from safelight.api.jobs import job_answer
from safelight.api.pictures import json_response
from safelight.api.views import Page
from safelight.domain.permissions import Actor
from safelight.errors import NotFound
from safelight.ids import Kind
from safelight.store import assets, changed, datasets, history, numbers, versions
from safelight.store.db import Read
from safelight.store.history import Entry
from safelight.store.packed import packed

router = APIRouter(tags=["changes"])

IdempotencyKey = Annotated[str | None, Header(max_length=200)]


class UndoBody(BaseModel):
    """`keep_newer`: leave pictures and names that were changed since, instead of refusing."""

    keep_newer: bool = False


@router.get("/runs/{run_id}/changes", response_model=Page[ChangeView])
def list_run_changes(run_id: UUID, actor: JobReader, context: Ctx) -> Response:
    """What a run changed: one change for each dataset version."""
    with context.db.read() as read:
        run, _ = runview.run_and_job(read, actor, run_id)
        entries = history.of_run(read, run.run_id)
    return json_response({"items": _views(context, entries), "next": None})


@router.get("/versions/{version_id}/changes", response_model=Page[ChangeView])
def list_version_changes(
    version_id: UUID,
    actor: Reader,
    context: Ctx,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """The history of a version, newest first: who changed what, when, by which job. Also of one that
    was removed.
    """
    with context.db.read() as read:
        version = versions.ever(read, actor.organization_id, version_id=version_id)
        before = None if after is None else packed(read).read(after, Kind.CHANGE_SET).key
        entries = history.of_version(read, version.version_key, before=before, limit=limit + 1)
    items = _views(context, entries[:limit])
    following = items[-1]["id"] if len(entries) > limit else None
    return json_response({"items": items, "next": following})


def _views(context: Context, entries: list[Entry]) -> list[Json]:
    counted = [numbers.of_few(context.db, entry) for entry in entries]
    with context.db.read() as read:
        return [
            change_view(read, entry, each) for entry, each in zip(entries, counted, strict=True)
        ]


@router.get("/assets/{asset_id}/changes", response_model=Page[ChangeView])
def list_asset_changes(
    asset_id: UUID,
    actor: Reader,
    context: Ctx,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """What changed a picture or its tags, newest first."""
    with context.db.read() as read:
        key = packed(read).read(asset_id, Kind.ASSET).key
        asset = assets.get(read, actor.organization_id, key)
        entries = history.of_asset(read, asset.version_key, key, limit=limit)
    return json_response({"items": _views(context, entries), "next": None})


@router.get("/datasets/{dataset_id}/removed", response_model=Page[ChangeView])
def list_removed_versions(dataset_id: UUID, actor: Reader, context: Ctx) -> Response:
    """What removed the versions of a dataset that are gone; undoing one brings its version back."""
    with context.db.read() as read:
        dataset = datasets.get(read, actor.organization_id, dataset_id)
        entries = history.removals(read, dataset.dataset_id)
    return json_response({"items": _views(context, entries), "next": None})


@router.get("/changes/{change_id}", response_model=ChangeView)
def get_change(change_id: UUID, actor: Reader, context: Ctx) -> Response:
    """One change with its numbers, which are counted when they are first asked for."""
    with context.db.read() as read:
        entry = _entry(read, actor, change_id)
    counted = numbers.of(context.db, entry)
    with context.db.read() as read:
        return json_response(change_view(read, entry, counted))


def _entry(read: Read, actor: Actor, change_id: UUID) -> Entry:
    key = packed(read).read(change_id, Kind.CHANGE_SET).key
    return history.get(read, actor.organization_id, key)


@router.get("/changes/{change_id}/pictures", response_model=Page[PictureChangeView])
def list_changed_pictures(
    change_id: UUID,
    actor: Reader,
    context: Ctx,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 60,
) -> Response:
    """The pictures that a change changed, with their shapes before and after. A version that a job made
    has none: look at the version.
    """
    with context.db.read() as read:
        entry = _entry(read, actor, change_id)
        last = 0 if after is None else packed(read).read(after, Kind.ASSET).key
        found = changed.page(read, entry, after=last, limit=limit + 1)
        items = picture_changes(context, read, entry, found[:limit])
    following = items[-1]["id"] if len(found) > limit else None
    return json_response({"items": items, "next": following})


@router.get("/changes/{change_id}/pictures/{asset_id}", response_model=PictureChangeView)
def get_changed_picture(change_id: UUID, asset_id: UUID, actor: Reader, context: Ctx) -> Response:
    """One picture before and after."""
    with context.db.read() as read:
        entry = _entry(read, actor, change_id)
        key = packed(read).read(asset_id, Kind.ASSET).key
        found = changed.page(read, entry, limit=1, only=key)
        if not found:
            raise NotFound("This change did not change that picture.", asset_id=asset_id)
        return json_response(picture_changes(context, read, entry, found)[0])


@router.post("/runs/{run_id}/undo", status_code=201, response_model=JobDetail)
def undo_run(
    run_id: UUID,
    actor: DataWriter,
    context: Ctx,
    body: UndoBody | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Undo all that a run changed, as a job that can be undone itself. 409 `newer_changes` with the
    pictures, labels and names that others changed since.
    """
    keep_newer = (body or UndoBody()).keep_newer
    job, _ = launch_undo_of_run(
        context, actor, run_id, keep_newer=keep_newer, idempotency_key=idempotency_key
    )
    return job_answer(context, actor, job.job_id, status=201)


@router.post("/changes/{change_id}/undo", status_code=201, response_model=JobDetail)
def undo_change(
    change_id: UUID,
    actor: DataWriter,
    context: Ctx,
    body: UndoBody | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Undo one change, as a job that can be undone itself. 409 `newer_changes` as for a run."""
    keep_newer = (body or UndoBody()).keep_newer
    job, _ = launch_undo_of_change(
        context, actor, change_id, keep_newer=keep_newer, idempotency_key=idempotency_key
    )
    return job_answer(context, actor, job.job_id, status=201)
