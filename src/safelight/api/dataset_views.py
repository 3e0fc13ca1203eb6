"""How datasets and versions look in /api/v1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from safelight.api.origin_views import OriginView, origin_views
from safelight.api.views import Named, time_text
from safelight.domain.datasets import InferenceType, Label
from safelight.errors import NotFound
from safelight.store import labels, packed, statistics, versions
from safelight.store.datasets import Dataset
from safelight.store.db import Read
from safelight.store.versions import Person, Version


class VersionRef(BaseModel):
    """A version and the dataset it belongs to."""

    id: UUID
    name: str
    dataset: Named


class LatestVersion(BaseModel):
    id: UUID
    name: str
    type: InferenceType
    asset_count: int


class DatasetRow(BaseModel):
    id: UUID
    name: str
    description: str
    created_at: str
    versions: int
    latest_version: LatestVersion | None


class LockView(BaseModel):
    by: Named
    at: str


class VersionView(BaseModel):
    """A version. `origins`: how content of other versions came into it, oldest first."""

    id: UUID
    name: str
    dataset: Named
    type: InferenceType
    description: str
    asset_count: int
    locked: LockView | None
    forked_from: VersionRef | None
    origins: list[OriginView]
    created_at: str
    created_by: Named | None


class DatasetView(BaseModel):
    """A dataset with its versions, newest first."""

    id: UUID
    name: str
    description: str
    created_at: str
    versions: list[VersionView]


class SkeletonView(BaseModel):
    """How the points of a label are called, and which are linked: pairs of positions, counted from 0."""

    vertices: list[str]
    edges: list[tuple[int, int]]


class LabelCount(BaseModel):
    id: UUID
    name: str
    color: str | None
    shapes: int
    skeleton: SkeletonView | None


class VersionDetail(VersionView):
    """A version with its labels in their order and how much was said in it.

    `state` counting: after a great change it is counted in the background, and shapes and annotated pictures
    are those of the first `counted_pictures` that were counted.
    """

    state: Literal["ready", "counting"]
    counted_pictures: int
    labels: list[LabelCount]
    shape_count: int
    annotated_count: int


def dataset_row(dataset: Dataset, version_count: int, latest: Version | None) -> DatasetRow:
    return DatasetRow(
        id=dataset.dataset_id,
        name=dataset.name,
        description=dataset.description,
        created_at=time_text(dataset.created_at),
        versions=version_count,
        latest_version=None if latest is None else _latest(latest),
    )


def _latest(version: Version) -> LatestVersion:
    return LatestVersion(
        id=version.version_id,
        name=version.name,
        type=version.type,
        asset_count=version.asset_count,
    )


def dataset_view(read: Read, dataset: Dataset) -> DatasetView:
    found = versions.of_dataset(read, dataset.dataset_id)
    return DatasetView(
        id=dataset.dataset_id,
        name=dataset.name,
        description=dataset.description,
        created_at=time_text(dataset.created_at),
        versions=version_views(read, found),
    )


def version_views(read: Read, found: Sequence[Version]) -> list[VersionView]:
    origins = origin_views(read, found)
    return [
        _version(one, _forked_from(read, one), origins.get(one.version_key, [])) for one in found
    ]


def version_view(read: Read, version: Version) -> VersionView:
    return version_views(read, [version])[0]


def _forked_from(read: Read, version: Version) -> VersionRef | None:
    if version.forked_from is None:
        return None
    try:
        origin = versions.get(read, version.organization_id, version.forked_from)
    except NotFound:  # removed since
        return None
    return VersionRef(
        id=origin.version_id,
        name=origin.name,
        dataset=Named(id=origin.dataset_id, name=origin.dataset_name),
    )


def _version(
    version: Version, forked_from: VersionRef | None, origins: list[OriginView]
) -> VersionView:
    lock, creator = version.lock, version.created_by
    return VersionView(
        id=version.version_id,
        name=version.name,
        dataset=Named(id=version.dataset_id, name=version.dataset_name),
        type=version.type,
        description=version.description,
        asset_count=version.asset_count,
        locked=None if lock is None else LockView(by=_person(lock.by), at=time_text(lock.at)),
        forked_from=forked_from,
        origins=origins,
        created_at=time_text(version.created_at),
        created_by=None if creator is None else _person(creator),
    )


def _person(person: Person) -> Named:
    return Named(id=person.user_id, name=person.name)


def _skeleton(label: Label) -> SkeletonView | None:
    """As it came from a file (COCO counts points from 1) or over the wire; what is no link is left out."""
    if not label.skeleton:
        return None
    names = [str(name) for name in label.skeleton.get("vertices") or ()]
    said = label.skeleton.get("edges") or ()
    edges = [edge for edge in said if isinstance(edge, list | tuple) and len(edge) == 2]
    pairs = [(a - 1, b - 1) for a, b in edges if isinstance(a, int) and isinstance(b, int)]
    known = [(a, b) for a, b in pairs if 0 <= a < len(names) and 0 <= b < len(names)]
    return SkeletonView(vertices=names, edges=known)


def version_detail(read: Read, version: Version) -> VersionDetail:
    packer, known = packed.packed(read), labels.get(read, version)
    counted = statistics.of(read, version)
    counts = counted.numbers.shapes_by_label
    return VersionDetail(
        **dict(version_view(read, version)),
        state="ready" if counted.is_whole else "counting",
        counted_pictures=counted.pictures,
        labels=[
            LabelCount(
                id=packer.label(version.version_key, label.key),
                name=label.name,
                color=label.color,
                shapes=counts.get(label.key, 0),
                skeleton=_skeleton(label),
            )
            for label in known.labels
        ],
        shape_count=sum(counts.values()),
        annotated_count=counted.numbers.annotated,
    )
