"""Runs that execute elsewhere and are only tracked: by a runner of ours there, or by what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from safelight.actions import references
from safelight.actions.context import Context
from safelight.actions.experiments import target_of
from safelight.actions.heartbeats import alive_until
from safelight.actions.launch import Order, Target, launch
from safelight.actions.sealing import token_hash
from safelight.actions.settle import EXTERNAL
from safelight.domain.jobs import JobType, TargetType
from safelight.domain.permissions import Actor, require
from safelight.errors import AlreadyEnded, Invalid
from safelight.store import experiments as stored_experiments
from safelight.store import runs
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run

OPERATION = "tracked"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody runs elsewhere. `program`: what people would type to run it again."""

    name: str
    program: str
    type: JobType = JobType.PROCESSING
    target: str | None = None
    target_type: TargetType = TargetType.DATASET_VERSION
    parameters: dict[str, Any] = field(default_factory=dict)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Tracked:
    """A job that runs elsewhere. `runner_token`: what its runner there shows."""

    job: Job
    run: Run
    runner_token: str = field(repr=False)


def track(context: Context, actor: Actor, wish: Wish) -> Tracked:
    """Add a job that runs elsewhere, running from now on; the same key again answers the same.

    It is born running, so that one whose program dies before its first word is lost like any other.
    Raises Denied, Invalid, and NotFound for a target that is not there.
    """
    require(actor, "launch")
    name = wish.name.strip()
    if not name:
        raise Invalid("A tracked job needs a name.", field="name")
    if wish.type is JobType.INTERNAL:
        raise Invalid("Internal operations are Safelight's own; track another type.", field="type")
    with context.db.transaction() as tx:
        job, run = launch(tx, _order(tx, actor, wish, name))
        token = context.sealer.runner_token(run.run_id)
        runs.admit(tx, run.run_id, token_hash(token))
        if not run.is_final:
            run, _ = runs.start(tx, run.run_id, alive_until=alive_until(context.settings, tx.now))
        return Tracked(job, run, token)


def _order(read: Read, actor: Actor, wish: Wish, name: str) -> Order:
    return Order(
        organization_id=actor.organization_id,
        type=wish.type,
        operation=OPERATION,
        name=name,
        target=_target(read, actor, wish),
        source={"program": wish.program},
        triggered_by=actor.user_id,
        parameters=wish.parameters,
        engine=EXTERNAL,
        idempotency_key=wish.idempotency_key,
    )


def _target(read: Read, actor: Actor, wish: Wish) -> Target | None:
    if not wish.target:
        return None
    if wish.target_type is not TargetType.EXPERIMENT:
        return references.find_target(read, actor.organization_id, wish.target_type, wish.target)
    try:
        experiment_id = UUID(wish.target)
    except ValueError:
        raise Invalid("An experiment is named by its id.", field="target") from None
    return target_of(stored_experiments.get(read, actor.organization_id, experiment_id))


def stopped_there(context: Context, run: Run) -> None:
    """Its runner ended the program by a signal that nobody had asked for here: whoever started it
    pressed Ctrl-C there, which is a stop like any other.
    """
    with context.db.transaction() as tx:
        try:
            known = runs.check_live(tx, run.run_id)
        except AlreadyEnded:
            return
        if known.stop_requested_at is None:
            runs.request_stop(tx, run.run_id, run.triggered_by, grace_s=0)


def hear(context: Context, run: Run) -> None:
    """A call came from the run: it runs, and lives. Of a run with a runner of ours this says nothing.

    Raises AlreadyEnded.
    """
    if run.is_final:
        raise AlreadyEnded("The run has ended.", run_id=str(run.run_id), status=run.status)
    if run.engine != EXTERNAL or run.has_runner:
        return
    with context.db.transaction() as tx:
        runs.start(
            tx, run.run_id, alive_until=alive_until(context.settings, tx.now), by_runner=False
        )
