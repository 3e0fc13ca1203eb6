"""Running a job again: a new run of the same job, as the newest one was launched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from safelight.actions import edits, operations, outputs, retry, settle
from safelight.actions.access import Actor
from safelight.actions.launch import launch_again
from safelight.actions.sealing import Sealer
from safelight.actions.settle import EXTERNAL
from safelight.domain.packages import change_resources
from safelight.domain.permissions import require
from safelight.domain.terms import Terms, check_priority, most_priority, read_retry
from safelight.errors import Conflict, LiveRun
from safelight.store import jobs, runs
from safelight.store.db import Database, Transaction
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
    terms: dict[str, Any] | None = None,
    sealer: Sealer | None = None,
) -> Run:
    """Add a run with the source, parameters, inputs, resources and terms (`priority` and `retry`) of run
    number `like`, else of the newest; given keys replace. It takes the place of another try that only
    waits for its time.

    `sealer` is needed where secret parameters are given. Raises and adds nothing: LiveRun while the
    newest run has not ended; Conflict for a job that runs elsewhere; NameTaken, proposing a free
    name, where it would make a version that exists; Invalid naming a field that does not fit; Locked, NotFound,
    Denied.
    """
    with db.transaction() as tx:
        job = jobs.get(tx, by.organization_id, job_id)
        check_may(job, by)
        _replace_waiting(tx, runs.newest(tx, job_id), by)
        # Holding the job's row makes a second click wait here and then see the first one's run.
        jobs.hold(tx, job_id)
        newest = runs.newest(tx, job_id)
        if newest.engine == EXTERNAL:
            raise Conflict("This job runs elsewhere and is only tracked: start it again there.")
        if not newest.is_final:
            raise LiveRun(
                f"Run {newest.number} of this job has not ended.", run_id=str(newest.run_id)
            )
        before = newest if like is None else runs.numbered(tx, job_id, like)
        edited = edits.apply(tx, sealer, job, before, parameters or {}, inputs or {})
        outputs.check_free(tx, job, edited.parameters, edited.inputs)
        operations.check_again(tx, job, edited.parameters, edited.inputs)
        new = runs.NewRun(
            engine=before.engine,
            source=before.source,
            triggered_by=by.user_id,
            parameters=edited.parameters,
            inputs=edited.inputs,
            resources=change_resources(before.resources, resources or {}),
            secrets=edited.secrets,
            terms=terms_of(by, before, terms or {}),
        )
        return launch_again(tx, job, newest, new)


def _replace_waiting(tx: Transaction, newest: Run, by: Actor) -> None:
    """Somebody runs the job again by hand: that ends the chain of its tries."""
    if not retry.waits(tx, newest):
        return
    # The run is locked before its job, as in every step of a run: else two could wait for each other.
    run = runs.get(tx, newest.run_id, hold=True)
    if retry.waits(tx, run):
        settle.stop_in(tx, runs.request_stop(tx, run.run_id, by.user_id, grace_s=0))


def terms_of(by: Actor, before: Run, given: dict[str, Any]) -> Terms:
    """The terms of a run like `before`. A priority that somebody else gave is kept as far as `by` may give
    it. Raises Invalid, Denied.
    """
    priority = given.get("priority")
    if priority is None:
        priority = min(before.terms.priority, most_priority(by))
    policy = read_retry(given["retry"]) if "retry" in given else before.retry
    return Terms(check_priority(by, priority), policy)


def check_may(job: Job, by: Actor) -> None:
    """Raises Denied for who may not run this job again."""
    require(by, "launch" if job.triggered_by == by.user_id else "manage_jobs")
