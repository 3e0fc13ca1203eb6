"""The only place that ends a run: for a runner's report, an engine's word, a stop before the start and a
rescue. The first caller wins; what others say later is recorded as an event.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import exists, select

from safelight.actions import access, expecting, retry
from safelight.domain.diagnosis import diagnose
from safelight.domain.jobs import KILLED, SUCCEEDED, Declared, Ending, Exit, Failure, FailureKind
from safelight.domain.jobs import settle as judge
from safelight.domain.lastwords import Line
from safelight.errors import AlreadyEnded
from safelight.store import events, jobs, runs, schema
from safelight.store.db import Database, Transaction
from safelight.store.runs import Run

_EXCERPT = 20  # lines, as the runner keeps

EXTERNAL = "external"  # the engine of runs that execute elsewhere and are only tracked


def settle(
    db: Database,
    run_id: UUID,
    exit: Exit,
    *,
    stop_signalled: bool = False,
    tail: Sequence[Line] = (),
) -> Run:
    """End a run by how its process ended; a final run is returned as it is.

    `stop_signalled`: the process was ended by a signal of ours. `tail`: the last lines of its log, which
    say why it failed.
    """
    with db.transaction() as tx:
        return settle_in(tx, run_id, exit, stop_signalled=stop_signalled, tail=tail)


def settle_in(
    tx: Transaction,
    run_id: UUID,
    exit: Exit,
    *,
    stop_signalled: bool = False,
    tail: Sequence[Line] = (),
) -> Run:
    """As `settle`, within the caller's transaction."""
    try:
        run = runs.check_live(tx, run_id)
    except AlreadyEnded:
        return _late(tx, runs.get(tx, run_id), exit, stop_signalled=stop_signalled)
    ending = _judged(tx, run, exit, stop_signalled=stop_signalled)
    ending = _diagnosed(run, ending, tail)
    ended = runs.end(tx, run_id, ending, exit)
    access.revoke_script_tokens(tx, run_id)
    if ended.status is SUCCEEDED:
        expecting.remember(tx, jobs.get(tx, ended.organization_id, ended.job_id), ended)
    retry.follow(tx, ended, ending)
    return ended


def stop_in(tx: Transaction, run: Run) -> Run:
    """End a run that was asked to stop and has no process of ours: nothing has to be waited for."""
    ended = runs.end(tx, run.run_id, Ending(KILLED), Exit())
    access.revoke_script_tokens(tx, run.run_id)
    return ended


def declare(
    db: Database,
    run_id: UUID,
    declared: Declared,
    *,
    ends: bool = True,
    tail: Sequence[Line] = (),
) -> Run:
    """Record what a script says of its end; it is the end of a run that is not ours to watch, unless
    `ends` is False: more calls will follow. Of a run that has ended already it changes nothing.
    """
    with db.transaction() as tx:
        try:
            run = runs.declare(tx, run_id, declared)
        except AlreadyEnded:
            return runs.get(tx, run_id)
        is_its_word = run.engine == EXTERNAL and not run.has_runner
        if not ends or not is_its_word:
            return run
        return settle_in(tx, run_id, Exit(exit_code=0), tail=tail)


def _judged(tx: Transaction, run: Run, exit: Exit, *, stop_signalled: bool) -> Ending:
    if stop_signalled and run.stop_requested_at is None and run.declared is not None:
        # It had declared its end and stayed; we ended the process, so its declaration counts.
        exit, stop_signalled = Exit(exit_code=0, excerpt=exit.excerpt), False
    if run.started_at is None and run.engine != EXTERNAL and exit.failure is None:
        # Its runner never asked for the spec, so nothing of it can have run.
        message = "The process of this run ended before it began."
        exit = replace(exit, failure=Failure(FailureKind.ENGINE_ERROR, message, exit.exit_code))
    return judge(
        exit,
        stop_requested=run.stop_requested_at is not None,
        stop_signalled=stop_signalled,
        declared=run.declared,
        stored_something=_stored_something(tx, run),
        # An internal operation writes its result in the transaction that makes its change true.
        is_done="internal" in run.source and run.result is not None,
    )


def _diagnosed(run: Run, ending: Ending, tail: Sequence[Line]) -> Ending:
    """The ending with its cause: the log's words, and the runner's own excerpt where the log lags."""
    failure = ending.failure
    if failure is None:
        return ending
    brought = [Line(text) for text in failure.excerpt.rstrip().split("\n") if text.strip()]
    known = {line.text for line in tail}
    said = [*tail, *(brought if brought and brought[-1].text not in known else ())]
    if not failure.excerpt:
        own = [line.text for line in tail if line.stream != "setup"]
        failure = replace(failure, excerpt="\n".join(own[-_EXCERPT:]))
    found = diagnose(failure, said, run.parameters, run.resources)
    return replace(ending, failure=found.failure, failure_key=found.key, failure_line=found.line)


def _stored_something(tx: Transaction, run: Run) -> bool:
    """Whether a change of data or an artifact of this run is in the store."""
    if run.stop_requested_at is None:
        return False  # asked for stopped runs only
    changes = select(schema.change_set.c.run_id).where(schema.change_set.c.run_id == run.run_id)
    artifacts = select(schema.artifact.c.run_id).where(schema.artifact.c.run_id == run.run_id)
    return bool(tx.scalar(select(exists(changes) | exists(artifacts))))


def _late(tx: Transaction, run: Run, exit: Exit, *, stop_signalled: bool) -> Run:
    """Record a report that says something else than the record; a repeated report says nothing."""
    said = _judged(tx, run, exit, stop_signalled=stop_signalled).status
    if (said, exit.exit_code, exit.signal) == (run.status, run.exit_code, run.signal):
        return run
    facts = {"status": said, "exit_code": exit.exit_code, "signal": exit.signal}
    known = events.of_run(tx, run.run_id)
    if not any(event.kind == "run_late_report" and event.facts == facts for event in known):
        runs.late_report(tx, run, said, exit)
    return run
