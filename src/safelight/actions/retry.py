"""Another try of a run that failed for a reason that its launch named: decided where the run is ended."""

from __future__ import annotations

from safelight.actions import outputs
from safelight.actions.launch import launch_again
from safelight.domain.jobs import PENDING, Ending
from safelight.domain.terms import next_try_s
from safelight.errors import SafelightError
from safelight.store import jobs, runs
from safelight.store.db import Read, Transaction
from safelight.store.runs import Run


def follow(tx: Transaction, ended: Run, ending: Ending) -> Run | None:
    """The next try of a run that has just ended, if there is to be one.

    In the transaction that ends the run: no death in between loses a try, and whoever reports the same
    end again finds it ended and tries nothing.
    """
    stopped = ended.stop_requested_at is not None
    pause_s = next_try_s(ended.retry, ended.retries, ending, stop_requested=stopped)
    if pause_s is None or ended.retry is None:
        return None
    job = jobs.get(tx, ended.organization_id, ended.job_id)
    try:
        outputs.check_free(tx, job, ended.parameters, ended.inputs)
    except SafelightError as error:
        runs.record_retry(tx, ended, ended, reason=error.message)
        return None
    run = launch_again(
        tx,
        job,
        ended,
        runs.NewRun(
            engine=ended.engine,
            source=ended.source,
            triggered_by=ended.triggered_by,
            parameters=ended.parameters,
            inputs=ended.inputs,
            resources=ended.resources,
            secrets=ended.secrets,
            terms=ended.terms,
            retries=ended.retries + 1,
            pause_s=pause_s,
        ),
    )
    runs.record_retry(
        tx, run, ended, number=run.retries, times=ended.retry.times, ready_at=run.ready_at
    )
    return run


def waits(read: Read, run: Run) -> bool:
    """Whether a run is another try whose time has not come: whoever wants it sooner may replace it."""
    return run.status is PENDING and run.retries > 0 and run.ready_at > read.now
