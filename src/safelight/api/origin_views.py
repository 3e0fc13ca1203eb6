"""How the origins of versions look in /api/v1: which versions their content came from, and by which job."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel

from safelight.api.views import JobRef, Named, time_text
from safelight.domain.origins import OriginKind
from safelight.store import origins, versions
from safelight.store.db import Read
from safelight.store.origins import Origin
from safelight.store.versions import Version


class OriginSource(BaseModel):
    """A version that content came from. `removed`: it is not there any more."""

    id: UUID
    name: str
    dataset: Named
    removed: bool


class OriginView(BaseModel):
    """One way in which content of other versions came into a version, and the job that did it.

    `made`: the version came into being so; else it was there before.
    """

    kind: OriginKind
    made: bool
    sources: list[OriginSource]
    job: JobRef
    at: str


def origin_views(read: Read, found: Sequence[Version]) -> dict[int, list[OriginView]]:
    """By version key, oldest first; what was undone is none."""
    known = origins.of_versions(read, [version.version_key for version in found])
    wanted = {
        source for several in known.values() for origin in several for source in origin.sources
    }
    named = versions.ever_named(read, found[0].organization_id, wanted) if wanted else {}
    return {key: [_view(origin, named) for origin in several] for key, several in known.items()}


def _view(origin: Origin, named: dict[UUID, Version]) -> OriginView:
    return OriginView(
        kind=origin.kind,
        made=origin.made,
        sources=[_source(named[source]) for source in origin.sources],
        job=JobRef.of(origin.job),
        at=time_text(origin.at),
    )


def _source(version: Version) -> OriginSource:
    return OriginSource(
        id=version.version_id,
        name=version.name,
        dataset=Named(id=version.dataset_id, name=version.dataset_name),
        removed=version.removed_at is not None,
    )
