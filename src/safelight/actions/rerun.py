"""Running a job again: a new run of the same job, as the newest one was launched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from safelight.actions import edits, outputs
from safelight.actions.access import Actor
from safelight.actions.sealing import Sealer
from safelight.domain.packages import change_resources
from safelight.domain.permissions import require
from safelight.errors import LiveRun
from safelight.store import jobs, runs
from safelight.store.db import Database
from safelight.store.jobs import Job
from safelight.store.runs import Run


def rerun(
    db: Database,
    job_id: UUID,
    by: Actor,
    parameters: dict[str, Any] | None = None,
    inputs: dict[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
    *,
    like: int | None = None,
    sealer: Sealer | None = None,
) -> Run:
    """Add a run with the source, parameters, inputs and resources of run number `like`, else of the
    newest; given keys replace.

    `sealer` is needed where secret parameters are given. Raises and adds nothing: LiveRun while the
    newest run has not ended; NameTaken, proposing a free name, where it would make a version that
    exists; Invalid naming a field that does not fit; NotFound, Denied.
    """
    with db.transaction() as tx:
        job = jobs.get(tx, by.organization_id, job_id)
        check_may(job, by)
        # Holding the job's row makes a second click wait here and then see the first one's run.
        jobs.hold(tx, job_id)
        newest = runs.newest(tx, job_id)
        if not newest.is_final:
            raise LiveRun(
                f"Run {newest.number} of this job has not ended.", run_id=str(newest.run_id)
            )
        before = newest if like is None else runs.numbered(tx, job_id, like)
        edited = edits.apply(tx, sealer, job, before, parameters or {}, inputs or {})
        outputs.check_free(tx, job, edited.parameters, edited.inputs)
        new = runs.NewRun(
            engine=before.engine,
            source=before.source,
            triggered_by=by.user_id,
            parameters=edited.parameters,
            inputs=edited.inputs,
            resources=change_resources(before.resources, resources or {}),
            secrets=edited.secrets,
        )
        run = runs.add(tx, job, newest.number + 1, new, runs.new_id())
        jobs.follow(tx, job_id, run.run_id, run.status, triggered_by=by.user_id)
        return run


def check_may(job: Job, by: Actor) -> None:
    """Raises Denied for who may not run this job again."""
    require(by, "launch" if job.triggered_by == by.user_id else "manage_jobs")
