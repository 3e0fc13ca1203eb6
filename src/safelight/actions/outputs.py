"""The names that a job's run gives to what it makes, looked at before the job is run again."""

from __future__ import annotations

from typing import Any

from safelight.actions import operations
from safelight.domain.jobs import JobType, RunStatus, TargetType
from safelight.domain.operations import Fork
from safelight.store import versions
from safelight.store.db import Read
from safelight.store.jobs import Job

JsonObject = dict[str, Any]


def check_free(read: Read, job: Job, parameters: JsonObject, inputs: JsonObject) -> None:
    """Raises NameTaken if a run with these would make a version of a name that exists.

    Its facts: `field` (`inputs.NAME` or `parameters.NAME`) and `proposal`, a name that is free.
    """
    if job.target is None or job.target.type is not TargetType.DATASET_VERSION:
        return
    if job.type is JobType.PROCESSING:
        field, name = "inputs.target_version_name", inputs.get("target_version_name")
    elif job.operation == Fork.operation and job.status is RunStatus.SUCCEEDED:
        # A fork that failed or was stopped fills the version that it made at first.
        field, name = "parameters.name", parameters.get("name")
    else:
        return
    beside = versions.get(read, job.organization_id, job.target.id)
    if name and versions.find(read, job.organization_id, beside.dataset_id, name) is not None:
        refusal = operations.taken(read, beside, name)
        refusal.facts["field"] = field
        raise refusal
