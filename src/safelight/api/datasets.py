"""Datasets and their versions: list, make, name, lock and remove them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from safelight.actions import datasets as actions
from safelight.api.asking import DataWriter, Db, Reader
from safelight.api.dataset_views import (
    DatasetRow,
    DatasetView,
    VersionDetail,
    VersionView,
    dataset_row,
    dataset_view,
    version_detail,
    version_view,
    version_views,
)
from safelight.api.views import Page
from safelight.domain.datasets import InferenceType
from safelight.store import datasets, versions

router = APIRouter(tags=["datasets"])


class NewDataset(BaseModel):
    name: str
    description: str = ""


class DatasetChange(BaseModel):
    name: str | None = None
    description: str | None = None


class NewVersion(BaseModel):
    name: str
    type: InferenceType = InferenceType.NOT_CONFIGURED
    description: str = ""


class VersionChange(BaseModel):
    name: str | None = None
    description: str | None = None
    type: InferenceType | None = None


@router.get("/datasets")
def list_datasets(
    actor: Reader,
    db: Db,
    name: str | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Page[DatasetRow]:
    """Datasets, newest first; `name` finds the one of exactly this name."""
    with db.read() as read:
        found = datasets.page(read, actor.organization_id, name=name, before=after, limit=limit + 1)
        shown = found[:limit]
        ids = [one.dataset_id for one in shown]
        counts, latest = datasets.version_counts(read, ids), versions.latest_of(read, ids)
    return Page(
        items=[
            dataset_row(one, counts.get(one.dataset_id, 0), latest.get(one.dataset_id))
            for one in shown
        ],
        next=str(shown[-1].dataset_id) if len(found) > limit else None,
    )


@router.post("/datasets", status_code=201)
def create_dataset(body: NewDataset, actor: DataWriter, db: Db) -> DatasetView:
    """An empty dataset. 409 if there is one of this name."""
    dataset = actions.create(db, actor, body.name, body.description)
    with db.read() as read:
        return dataset_view(read, dataset)


@router.get("/datasets/{dataset_id}")
def get_dataset(dataset_id: UUID, actor: Reader, db: Db) -> DatasetView:
    """A dataset with its versions, newest first."""
    with db.read() as read:
        return dataset_view(read, datasets.get(read, actor.organization_id, dataset_id))


@router.patch("/datasets/{dataset_id}")
def change_dataset(dataset_id: UUID, body: DatasetChange, actor: DataWriter, db: Db) -> DatasetView:
    """Rename or describe a dataset."""
    dataset = actions.change(db, actor, dataset_id, name=body.name, description=body.description)
    with db.read() as read:
        return dataset_view(read, dataset)


@router.delete("/datasets/{dataset_id}", status_code=204)
def remove_dataset(dataset_id: UUID, actor: DataWriter, db: Db) -> None:
    """Remove a dataset with its versions. Pictures stay in the datalake. 423 if one is locked."""
    actions.remove(db, actor, dataset_id)


@router.post("/datasets/{dataset_id}/versions", status_code=201)
def create_version(dataset_id: UUID, body: NewVersion, actor: DataWriter, db: Db) -> VersionView:
    """An empty version. 409 if the dataset has one of this name."""
    version = actions.create_version(
        db, actor, dataset_id, body.name, type=body.type, description=body.description
    )
    with db.read() as read:
        return version_view(read, version)


@router.get("/versions")
def list_versions(
    actor: Reader,
    db: Db,
    search: Annotated[str, Query(max_length=400, description="A part of DATASET/VERSION.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[VersionView]:
    """The newest versions of all datasets, or those with a text in DATASET/VERSION."""
    with db.read() as read:
        found = versions.search(read, actor.organization_id, search, limit=limit)
        return Page(items=version_views(read, found), next=None)


@router.get("/versions/{version_id}")
def get_version(version_id: UUID, actor: Reader, db: Db) -> VersionDetail:
    """A version with its labels and how many shapes carry each; `state` says whether all is counted already."""
    with db.read() as read:
        return version_detail(read, versions.get(read, actor.organization_id, version_id))


@router.patch("/versions/{version_id}")
def change_version(version_id: UUID, body: VersionChange, actor: DataWriter, db: Db) -> VersionView:
    """Rename or describe a version, or set its type. 423 while it is locked."""
    version = actions.change_version(
        db, actor, version_id, name=body.name, description=body.description, type=body.type
    )
    with db.read() as read:
        return version_view(read, version)


@router.delete("/versions/{version_id}", status_code=204)
def remove_version(version_id: UUID, actor: DataWriter, db: Db) -> None:
    """Remove a version. Pictures stay in the datalake. 423 while it is locked."""
    actions.remove_version(db, actor, version_id)


@router.post("/versions/{version_id}/lock")
def lock_version(version_id: UUID, actor: DataWriter, db: Db) -> VersionView:
    """Refuse every change of the version, with 423, until it is unlocked."""
    version = actions.lock(db, actor, version_id)
    with db.read() as read:
        return version_view(read, version)


@router.post("/versions/{version_id}/unlock")
def unlock_version(version_id: UUID, actor: DataWriter, db: Db) -> VersionView:
    """Allow changes of the version again. Only who locked it may, or an admin: others get 403."""
    version = actions.unlock(db, actor, version_id)
    with db.read() as read:
        return version_view(read, version)
