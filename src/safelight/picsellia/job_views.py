"""Jobs as the wire shows them: version 1 for internal operations, version 2 for everything."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from safelight.actions.context import Context
from safelight.blobs import Grant, Signer
from safelight.domain.jobs import JobType, RunStatus, TargetType
from safelight.domain.permissions import Actor
from safelight.store.jobs import Job
from safelight.store.runs import Run

Json = dict[str, Any]

_FIRST_STATUSES = {
    RunStatus.SUCCEEDED: "SUCCESS",
    RunStatus.FAILED: "FAILED",
    RunStatus.KILLED: "TERMINATED",
}

# By target: the block in which older engines look, and the word for the target in it.
_BLOCKS = {
    TargetType.DATASET_VERSION: ("dataset_version_processing_job", "input_dataset_version_id"),
    TargetType.DATALAKE: ("datalake_processing_job", "input_datalake_id"),
    TargetType.MODEL_VERSION: ("model_version_processing_job", "input_model_version_id"),
}
_SELECTIONS = ("asset_ids", "data_ids")
PAYLOAD_S = 24 * 3600


def first(job_id: UUID, run: Run) -> Json:
    """What version 1 says: a run that has not ended is RUNNING."""
    return {"id": job_id, "status": _FIRST_STATUSES.get(run.status, "RUNNING")}


def second(
    context: Context,
    base: str,
    actor: Actor,
    job: Job,
    runs: Sequence[Run],
    run: Run,
    output_id: UUID | None = None,
) -> Json:
    """What version 2 says of a run of a job, with all that a script needs to know of its work.

    `output_id`: the version that was made for what comes out.
    """
    return {
        "id": job.job_id,
        "status": run.status,
        "type": job.type,
        "created_at": _time(job.created_at),
        "updated_at": _time(_updated_at(run)),
        "runs": [_run(one) for one in runs],
        **_work(context, base, actor, job, run, output_id),
    }


def _run(run: Run) -> Json:
    return {
        "id": run.run_id,
        "number": run.number,
        "status": run.status,
        "created_at": _time(run.created_at),
        "updated_at": _time(_updated_at(run)),
    }


def _updated_at(run: Run) -> int:
    return run.finished_at or run.started_at or run.queued_at or run.created_at


def _time(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).isoformat()


def _work(
    context: Context, base: str, actor: Actor, job: Job, run: Run, output_id: UUID | None
) -> Json:
    if job.type is not JobType.PROCESSING or job.target is None or job.target.type not in _BLOCKS:
        return {}
    block, word = _BLOCKS[job.target.type]
    parameters = run.parameters | _secrets(context, actor, run)
    inputs = {name: value for name, value in run.inputs.items() if name not in _SELECTIONS}
    url = _payload_url(context, base, run)
    return {
        "processing_job": {
            "target_id": job.target.id,
            "processing_id": job.processing_id,
            "processing_name": job.name,
            "parameters": parameters,
            "inputs": {word: job.target.id, **inputs},
            "payload_presigned_url": url,
        },
        block: {
            word: job.target.id,
            word.replace("input_", "output_"): output_id or inputs.get("output_datalake_id"),
            "model_version_id": inputs.get("model_version_id"),
            "parameters": parameters,
            "payload_presigned_url": url,
        },
    }


def _secrets(context: Context, actor: Actor, run: Run) -> Json:
    """Secret parameters, for the run's own script only."""
    if run.secrets is None or actor.run_id != run.run_id:
        return {}
    return context.sealer.unseal(run.secrets)


# --- the selection a run was launched on, for who holds its address ----------------------------------


def selection(run: Run) -> Json:
    return {name: run.inputs[name] for name in _SELECTIONS if run.inputs.get(name) is not None}


def payload_grant(run_id: UUID, expires_at: int) -> Grant:
    return Grant("GET", f"payload/{run_id}", expires_at)


def _payload_url(context: Context, base: str, run: Run) -> str | None:
    if not selection(run):
        return None
    expires_at = context.db.clock() // 1_000_000 + PAYLOAD_S
    signature = Signer(context.secret_key).sign(payload_grant(run.run_id, expires_at))
    path = f"/api/v2/job/{run.job_id}/payload"
    return f"{base}{path}?run={run.run_id}&expires={expires_at}&signature={signature}"
