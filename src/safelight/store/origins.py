"""Where versions came from: the change sets that hold, with what their runs were launched with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, or_, select

from safelight.domain.jobs import JobType, TargetType
from safelight.domain.origins import OriginKind, sources
from safelight.store import schema
from safelight.store.changes import CREATED
from safelight.store.db import Read
from safelight.store.history import JobFact

_sets, _runs, _jobs = schema.change_set, schema.run, schema.job
_INTERNAL = [kind.value for kind in OriginKind if kind is not OriginKind.PROCESSING]


@dataclass(frozen=True, slots=True)
class Origin:
    """One way in which content came into a version. `made`: the version came into being so."""

    kind: OriginKind
    sources: tuple[UUID, ...]
    made: bool
    at: int
    job: JobFact


def of_versions(read: Read, version_keys: Sequence[int]) -> dict[int, list[Origin]]:
    """The origins of each version that has any, oldest first; what was undone is none."""
    found: dict[int, list[Origin]] = {}
    seen = set()
    for row in read.all(_select(version_keys)):
        origin = _origin(row)
        # Several runs of one job are one origin, unless they were given other versions.
        same = (row.version_key, row.job_id, origin.sources)
        if origin.sources and same not in seen:
            seen.add(same)
            found.setdefault(row.version_key, []).append(origin)
    return found


def _select(version_keys: Sequence[int]) -> Any:
    is_operation = and_(_jobs.c.type == JobType.INTERNAL, _jobs.c.operation.in_(_INTERNAL))
    return (
        select(
            _sets.c.version_key,
            _sets.c.kind,
            _sets.c.created_at,
            _runs.c.run_id,
            _runs.c.number,
            _runs.c.inputs,
            _runs.c.finished_at,
            _jobs.c.job_id,
            _jobs.c.name,
            _jobs.c.type,
            _jobs.c.operation,
            _jobs.c.target_type,
            _jobs.c.target_id,
        )
        .join(_runs, _runs.c.run_id == _sets.c.run_id)
        .join(_jobs, _jobs.c.job_id == _runs.c.job_id)
        .where(
            _sets.c.version_key.in_(version_keys),
            _sets.c.undone_by.is_(None),
            or_(is_operation, _jobs.c.type == JobType.PROCESSING),
        )
        .order_by(_sets.c.change_set_key)
    )


def _origin(row: Row[Any]) -> Origin:
    is_processing = row.type == JobType.PROCESSING
    kind = OriginKind.PROCESSING if is_processing else OriginKind(row.operation)
    target = row.target_id if row.target_type == TargetType.DATASET_VERSION else None
    made = row.kind == CREATED
    job = JobFact(row.job_id, row.run_id, row.number, row.name, row.finished_at is not None)
    return Origin(kind, sources(kind, target, row.inputs, made=made), made, row.created_at, job)
