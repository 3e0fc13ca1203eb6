"""Everything that a page on one run or one job shows, gathered in few reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from safelight.actions import expecting, logview
from safelight.actions.context import Context
from safelight.actions.logview import View
from safelight.actions.waiting import waiting_sentences
from safelight.domain.permissions import Actor
from safelight.domain.usual import Usual
from safelight.store import events, failures, jobs, runs, schema
from safelight.store.db import Read
from safelight.store.events import Recorded
from safelight.store.failures import Others
from safelight.store.jobs import Job
from safelight.store.runs import Run


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run with its log, the sentence why it waits, and how long the like of it usually takes while it
    is live. `outputs`: versions that its script made.
    """

    run: Run
    log: View
    waiting: str | None
    usual: Usual | None
    outputs: list[dict[str, Any]]


def run_facts(context: Context, read: Read, job: Job, run: Run) -> RunFacts:
    """What is known of a run besides its row."""
    asked = [(run.run_id, run.status, run.engine, job.type)]
    waiting = waiting_sentences(read, context.settings, asked).get(run.run_id)
    log = logview.view(read, run, with_sections=False)
    live = () if run.is_final else (run.run_id,)
    times = expecting.usual_times(read, live)
    return RunFacts(run, log, waiting, times.get(run.run_id), _outputs(read, run))


def same_failure(read: Read, run: Run, *, limit: int) -> Others | None:
    """The other jobs that failed as this run did; None of a run without a failure to compare."""
    if run.failure_key is None:
        return None
    return failures.others(read, run.organization_id, run.failure_key, run.job_id, limit=limit)


def _outputs(read: Read, run: Run) -> list[dict[str, Any]]:
    """Dataset versions that the script of a run created with its own token."""
    version, dataset = schema.dataset_version, schema.dataset
    rows = read.all(
        select(
            version.c.version_id,
            version.c.name,
            version.c.dataset_id,
            dataset.c.name.label("dataset_name"),
        )
        .select_from(schema.change_set)
        .join(version, version.c.version_key == schema.change_set.c.version_key)
        .join(dataset, dataset.c.dataset_id == version.c.dataset_id)
        .where(
            schema.change_set.c.run_id == run.run_id,
            schema.change_set.c.kind == "version_created",
        )
        .order_by(schema.change_set.c.change_set_key)
    )
    return [
        {
            "kind": "DATASET_VERSION",
            "id": str(row.version_id),
            "name": f"{row.dataset_name}/{row.name}",
            "path": f"/dataset/{row.dataset_id}/version/{row.version_id}/assets",
        }
        for row in rows
    ]


def result_of(facts: RunFacts) -> dict[str, Any] | None:
    """What came out of a run: what it said itself, else what its script made."""
    result = facts.run.result
    if facts.outputs and not (result or {}).get("outputs"):
        return {**(result or {}), "outputs": facts.outputs}
    return result


def timeline(read: Read, run: Run) -> list[Recorded]:
    """The events of a run, oldest first."""
    return events.of_run(read, run.run_id)


def run_and_job(read: Read, actor: Actor, run_id: UUID) -> tuple[Run, Job]:
    """A run of the actor's organization with its job. Raises NotFound."""
    run = runs.get(read, run_id, actor.organization_id)
    return run, jobs.get(read, actor.organization_id, run.job_id)
