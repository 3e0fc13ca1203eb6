"""Launching a job: the one way in which jobs of every type come into being."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safelight.actions.sealing import Sealer
from safelight.domain.jobs import JobType, Resources, Target
from safelight.domain.permissions import Actor
from safelight.domain.terms import Terms
from safelight.errors import Invalid
from safelight.store import jobs, runs
from safelight.store.db import Transaction
from safelight.store.jobs import Job
from safelight.store.runs import Run

__all__ = ["Order", "Target", "internal_order", "launch"]


@dataclass(frozen=True, slots=True)
class Order:
    """What to launch. `source` is {"package": hash}, {"image": ..., "tag": ...} or {"internal": name}."""

    organization_id: UUID
    type: JobType
    operation: str
    name: str
    target: Target | None
    source: dict[str, Any]
    triggered_by: UUID
    parameters: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    terms: Terms = field(default_factory=Terms)
    secrets: dict[str, Any] = field(default_factory=dict, repr=False)
    processing_id: UUID | None = None
    engine: str | None = None  # default: container for an image, else local
    idempotency_key: str | None = None


def internal_order(
    by: Actor,
    operation: str,
    *,
    name: str,
    target: Target,
    inputs: dict[str, Any],
    parameters: dict[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Order:
    """What to launch for an operation of our own that `by` asks for."""
    return Order(
        organization_id=by.organization_id,
        type=JobType.INTERNAL,
        operation=operation,
        name=name,
        target=target,
        source={"internal": operation},
        triggered_by=by.user_id,
        parameters=parameters or {},
        inputs=inputs,
        idempotency_key=idempotency_key,
    )


def launch(tx: Transaction, order: Order, sealer: Sealer | None = None) -> tuple[Job, Run]:
    """Add a job and its first run, pending, in the caller's transaction.

    An idempotency key that the organization used before gives the job that exists, with its newest
    run. `sealer` is needed when the order has secrets.
    """
    run_id = runs.new_id()
    job = jobs.add(
        tx,
        jobs.NewJob(
            order.organization_id,
            order.type,
            order.operation,
            order.name,
            order.target,
            order.triggered_by,
            order.processing_id,
            order.idempotency_key,
            _engine(order),
        ),
        run_id,
    )
    if job is None:
        return _earlier(tx, order)
    return job, runs.add(tx, job, 1, _new_run(order, sealer), run_id)


def _earlier(tx: Transaction, order: Order) -> tuple[Job, Run]:
    job = jobs.find_by_key(tx, order.organization_id, order.idempotency_key or "")
    assert job is not None, "only the idempotency key can have refused the row"
    if (job.type, job.operation) != (order.type, order.operation):
        raise Invalid("This Idempotency-Key was used to launch something else.")
    return job, runs.get(tx, job.latest_run_id)


def _new_run(order: Order, sealer: Sealer | None) -> runs.NewRun:
    secrets = None
    if order.secrets:
        if sealer is None:
            raise ValueError("an order with secrets needs a sealer")
        secrets = sealer.seal(order.secrets)
    return runs.NewRun(
        engine=_engine(order),
        source=order.source,
        triggered_by=order.triggered_by,
        parameters=order.parameters,
        inputs=order.inputs,
        resources=order.resources,
        secrets=secrets,
        terms=order.terms,
    )


def launch_again(tx: Transaction, job: Job, before: Run, new: runs.NewRun) -> Run:
    """Add the run that follows `before`, the newest of its job: a re-run, or another try."""
    run = runs.add(tx, job, before.number + 1, new, runs.new_id())
    jobs.follow(tx, job.job_id, run.run_id, run.status, triggered_by=new.triggered_by)
    return run


def _engine(order: Order) -> str:
    return order.engine or ("container" if "image" in order.source else "local")
