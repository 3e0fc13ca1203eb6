"""Hands pending runs to engines. Runs of scripts and internal operations have lanes of their own, so a
machine full of trainings still imports.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import structlog

from safelight.actions import settle
from safelight.actions.context import Context
from safelight.actions.sealing import token_hash
from safelight.actions.waiting import INTERNALS, SCRIPTS, lane_slots
from safelight.domain.jobs import Exit, Failure, FailureKind, JobType
from safelight.engines.base import Engine, Work
from safelight.errors import AlreadyEnded, ClaimLost, Unavailable
from safelight.store import runs
from safelight.store.db import Read
from safelight.store.runs import Claim, Run

CLAIM_S = 30

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lane:
    """Job types that share so many places of an engine."""

    types: tuple[JobType, ...]
    slots: float


_UNLIMITED = Lane(SCRIPTS + INTERNALS, math.inf)  # the engine has a queue of its own


class Dispatch:
    """Several schedulers may run this at once: the claim gives each run to one of them."""

    def __init__(self, context: Context, engines: Mapping[str, Engine]) -> None:
        self._context = context
        self._engines = engines

    def step(self) -> int:
        """Hand out what has room, and fail what no engine here can run; how many were handed out."""
        with self._context.db.read() as read:
            wanted = runs.pending_engines(read)
            places = [place for name in sorted(wanted) for place in self._places(read, name)]
        for name in wanted - self._engines.keys() - {settle.EXTERNAL}:
            self._refuse_all(name)
        return sum(self._fill(*place) for place in places)

    def _places(self, read: Read, engine: str) -> Iterator[tuple[str, Lane, float]]:
        """The lanes that have both a run that waits and places for it, and how many.

        Two schedulers that count at the same moment may both see the last place of one engine; the
        local engine has one scheduler, clusters queue themselves.
        """
        for lane in self._lanes(engine):
            if runs.is_awaited(read, lane.types, engine=engine):
                free = lane.slots - runs.in_hand(read, lane.types, engine=engine)
                if free > 0:
                    yield engine, lane, free

    def _lanes(self, engine: str) -> list[Lane]:
        if engine not in self._engines:
            return []
        if engine != "local":
            return [_UNLIMITED]
        settings = self._context.settings
        return [Lane(types, lane_slots(settings, types)) for types in (INTERNALS, SCRIPTS)]

    def _fill(self, engine: str, lane: Lane, free: float) -> int:
        handed_out = 0
        while handed_out < free and (claim := self._claim(engine, lane)) is not None:
            if not self._hand_out(self._engines[engine], claim):
                break
            handed_out += 1
        return handed_out

    def _claim(self, engine: str, lane: Lane) -> Claim | None:
        """The next run of a lane, if one waits."""
        sealer = self._context.sealer
        with self._context.db.transaction() as tx:
            claim = runs.claim(tx, lane.types, engine=engine, until=tx.now + CLAIM_S * 1_000_000)
            if claim is not None:
                # Let the runner in before it exists: it may ask before we have written its handle.
                runs.arm(tx, claim, token_hash(sealer.runner_token(claim.run.run_id)))
            return claim

    def _hand_out(self, engine: Engine, claim: Claim) -> bool:
        """Start a claimed run; False if the engine cannot start anything just now."""
        run = claim.run
        try:
            handle = engine.start(work_of(self._context, run))
        except Unavailable as error:
            log.warning("engine cannot start", engine=engine.name, reason=error.message)
            with self._context.db.transaction() as tx:
                runs.release(tx, claim)
            return False
        except Exception as error:
            log.exception("engine failed to start a run", engine=engine.name, run=str(run.run_id))
            self._fail(run, f"The {engine.name} engine could not start this run: {error}")
            return True
        try:
            with self._context.db.transaction() as tx:
                runs.hand_over(tx, claim, handle)
        except AlreadyEnded:
            engine.stop(handle, grace_s=0)  # stopped while it was being started
        except ClaimLost:
            # We stalled and another scheduler has the run. It started the same thing: starting is
            # idempotent by run, so there is nothing of our own to stop.
            log.warning("claim lost", run=str(run.run_id))
        return True

    def _refuse_all(self, engine: str) -> None:
        while (claim := self._claim(engine, _UNLIMITED)) is not None:
            self._fail(claim.run, _missing(claim.run))

    def _fail(self, run: Run, message: str) -> None:
        failure = Failure(FailureKind.ENGINE_ERROR, message)
        settle.settle(self._context.db, run.run_id, Exit(failure=failure))


def work_of(context: Context, run: Run) -> Work:
    """What an engine must know of a run."""
    token = context.sealer.runner_token(run.run_id)
    if "internal" in run.source:
        return Work(run.run_id, token, "internal", asdict(run.resources))
    return Work(run.run_id, token)


def _missing(run: Run) -> str:
    if "image" in run.source:
        image = f"{run.source['image']}:{run.source.get('tag') or 'latest'}"
        return f"This run needs the image {image}, and no container engine is configured here."
    return f"This run needs the engine {run.engine!r}, which is not configured here."
