"""Datasets and their versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from msgspec import Struct

from safelight.actions import datasets as actions
from safelight.domain.datasets import InferenceType
from safelight.errors import Invalid, NotFound
from safelight.picsellia import views
from safelight.picsellia.asking import Db, Own, Reader, Writer, answer, sent
from safelight.picsellia.paging import AskedPart
from safelight.store import annotationlist, assets, datasets, labels, statistics, versions
from safelight.store.datasets import Dataset
from safelight.store.db import Database, Read
from safelight.store.versions import Version

router = APIRouter()


class DatasetBody(Struct):
    name: str
    description: str | None = None


class DatasetChange(Struct):
    name: str | None = None
    description: str | None = None


class VersionBody(Struct):
    version: str
    description: str | None = None
    type: InferenceType | None = None


class VersionChange(Struct):
    version: str | None = None
    description: str | None = None
    type: InferenceType | None = None


@router.get("/organization/{organization_id}/datasets")
def list_datasets(own: Own, db: Db, part: AskedPart) -> Response:
    with db.read() as read:
        found = datasets.page(read, own.organization_id)
        return part.listed(views.datasets(read, found))


@router.post("/organization/{organization_id}/datasets")
def add_dataset(
    _own: Own, actor: Writer, db: Db, body: Annotated[DatasetBody, Depends(sent(DatasetBody))]
) -> Response:
    return _dataset(db, actions.create(db, actor, body.name, body.description or ""))


@router.get("/organization/{organization_id}/datasets/find")
def find_dataset(own: Own, db: Db, name: str | None = None, id: UUID | None = None) -> Response:
    with db.read() as read:
        if id is not None:
            return answer(views.dataset(read, datasets.get(read, own.organization_id, id)))
        found = datasets.find(read, own.organization_id, name or "")
        if found is None:
            raise NotFound(f"There is no dataset {name!r}.")
        return answer(views.dataset(read, found))


def _dataset(db: Database, found: Dataset) -> Response:
    with db.read() as read:
        return answer(views.dataset(read, found))


def _version(db: Database, found: Version) -> Response:
    with db.read() as read:
        return answer(views.version(read, found))


@router.get("/dataset/{dataset_id}")
def one_dataset(dataset_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return answer(views.dataset(read, datasets.get(read, actor.organization_id, dataset_id)))


@router.patch("/dataset/{dataset_id}")
def patch_dataset(
    dataset_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[DatasetChange, Depends(sent(DatasetChange))],
) -> Response:
    given = {"name": body.name, "description": body.description}
    return _dataset(db, actions.change(db, actor, dataset_id, **given))


@router.delete("/dataset/{dataset_id}")
def delete_dataset(dataset_id: UUID, actor: Writer, db: Db) -> Response:
    actions.remove(db, actor, dataset_id)
    return Response(status_code=204)


@router.get("/dataset/{dataset_id}/versions")
def list_versions(dataset_id: UUID, actor: Reader, db: Db, part: AskedPart) -> Response:
    with db.read() as read:
        datasets.get(read, actor.organization_id, dataset_id)
        found = versions.of_dataset(read, dataset_id)
        return part.listed(views.versions(read, found))


@router.post("/dataset/{dataset_id}/versions")
def add_version(
    dataset_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[VersionBody, Depends(sent(VersionBody))],
) -> Response:
    found = actions.create_version(
        db,
        actor,
        dataset_id,
        body.version,
        type=body.type or InferenceType.NOT_CONFIGURED,
        description=body.description or "",
    )
    return _version(db, found)


@router.get("/dataset/{dataset_id}/versions/find")
def find_version(
    dataset_id: UUID, actor: Reader, db: Db, version: str | None = None, id: UUID | None = None
) -> Response:
    with db.read() as read:
        found = _find(read, actor.organization_id, dataset_id, version, id)
        return answer(views.version(read, found))


def _find(
    read: Read, organization_id: UUID, dataset_id: UUID, name: str | None, version_id: UUID | None
) -> Version:
    datasets.get(read, organization_id, dataset_id)
    if version_id is not None:
        found: Version | None = versions.get(read, organization_id, version_id)
    elif name is not None:
        found = versions.find(read, organization_id, dataset_id, name)
    else:
        raise Invalid("Say which version: by `version` or `id`.", field="version")
    if found is None or found.dataset_id != dataset_id:
        raise NotFound("The dataset has no such version.", version=name)
    return found


@router.get("/organization/{organization_id}/datasetversions/find")
def find_version_anywhere(own: Own, db: Db, id: UUID) -> Response:
    with db.read() as read:
        return answer(views.version(read, versions.get(read, own.organization_id, id)))


@router.get("/dataset/version/{version_id}")
def version(version_id: UUID, actor: Reader, db: Db) -> Response:
    with db.read() as read:
        return answer(views.version(read, versions.get(read, actor.organization_id, version_id)))


@router.patch("/dataset/version/{version_id}")
def change_version(
    version_id: UUID,
    actor: Writer,
    db: Db,
    body: Annotated[VersionChange, Depends(sent(VersionChange))],
) -> Response:
    changed = actions.change_version(
        db,
        actor,
        version_id,
        name=body.version,
        description=body.description,
        type=body.type,
    )
    return _version(db, changed)


@router.delete("/dataset/version/{version_id}")
def delete_version(version_id: UUID, actor: Writer, db: Db) -> Response:
    actions.remove_version(db, actor, version_id)
    return Response(status_code=204)


@router.post("/dataset/version/{version_id}/lock")
def lock(version_id: UUID, actor: Writer, db: Db) -> Response:
    return _version(db, actions.lock(db, actor, version_id))


@router.post("/dataset/version/{version_id}/unlock")
def unlock(version_id: UUID, actor: Writer, db: Db) -> Response:
    return _version(db, actions.unlock(db, actor, version_id))


def _counts(read: Read, version: Version) -> tuple[Mapping[int, int], int]:
    """Shapes by label key, and annotations: as they are kept, or counted now where that is not done yet."""
    kept = statistics.of(read, version)
    if not kept.is_whole:
        key = version.version_key
        return assets.label_counts(read, key), annotationlist.count(read, key)
    shapes = {key: sum(kinds.values()) for key, kinds in kept.numbers.classes.items()}
    return shapes, sum(kept.numbers.annotations.values())


@router.get("/dataset/version/{version_id}/stats")
def stats(version_id: UUID, actor: Reader, db: Db) -> Response:
    """How many shapes each label has, and how many annotations there are."""
    with db.read() as read:
        found = versions.get(read, actor.organization_id, version_id)
        names = {label.key: label.name for label in labels.get(read, found).labels}
        counts, annotations = _counts(read, found)
    return answer(
        {
            "label_repartition": {names[key]: counts.get(key, 0) for key in names},
            "nb_objects": sum(counts.values()),
            "nb_annotations": annotations,
        }
    )
