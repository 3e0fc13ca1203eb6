"""What would become of a re-run, told before it is launched: what does not fit, what is not as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from safelight.actions import edits, operations, outputs
from safelight.actions.access import Actor
from safelight.actions.drift import Drift, drift
from safelight.actions.edits import Rules
from safelight.actions.rerun import check_may, terms_of
from safelight.actions.sealing import Sealer
from safelight.domain.packages import change_resources
from safelight.errors import Denied, Invalid, Locked, NameTaken, NotFound
from safelight.store import jobs, runs
from safelight.store.db import Database, Read
from safelight.store.jobs import Job
from safelight.store.runs import Run

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edit:
    """What shall differ from run number `like`, or from the newest."""

    parameters: JsonObject = field(default_factory=dict)
    inputs: JsonObject = field(default_factory=dict)
    resources: JsonObject = field(default_factory=dict)
    like: int | None = None
    terms: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a value cannot be launched with. `field`: as `parameters.NAME`; `proposal`: what could."""

    field: str
    message: str
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """What a re-run may be given. `secrets`: the names of those that the run has."""

    rules: Rules
    secrets: list[str]


@dataclass(frozen=True, slots=True)
class Check:
    """`problems` refuse the launch, `warnings` only tell."""

    problems: list[Problem]
    warnings: list[Drift]


def form(read: Read, sealer: Sealer, job: Job, run: Run) -> Form:
    """The rules by which `run` can be edited, and which of its secrets need not be given again."""
    secrets = sorted(sealer.unseal(run.secrets)) if run.secrets else []
    return Form(edits.rules_of(read, job, run), secrets)


def check(db: Database, job_id: UUID, by: Actor, edit: Edit, *, sealer: Sealer) -> Check:
    """Hold an edit against the rules of the launch without launching. Raises NotFound, Denied."""
    with db.read() as read:
        job = jobs.get(read, by.organization_id, job_id)
        check_may(job, by)
        before = (
            runs.newest(read, job_id)
            if edit.like is None
            else runs.numbered(read, job_id, edit.like)
        )
        problems = [
            *_problems(read, sealer, job, before, edit),
            *_of(partial(terms_of, by, before, edit.terms)),
        ]
        # Of inputs that are given anew only those that fit can be looked up.
        inputs = {name: each for name, each in before.inputs.items() if name not in edit.inputs}
        if not problems:
            after = edits.edited(read, sealer, job, before, edit.parameters, edit.inputs)
            inputs = after.inputs
            problems = [
                *_of(partial(outputs.check_free, read, job, after.parameters, inputs)),
                *_of(partial(operations.check_again, read, job, after.parameters, inputs)),
            ]
        declared = edits.rules_of(read, job, before).inputs
        return Check(problems, drift(read, job, before, inputs, declared))


def _problems(read: Read, sealer: Sealer, job: Job, before: Run, edit: Edit) -> Iterator[Problem]:
    """Each value on its own, so that all that does not fit is told at once."""
    edited = partial(edits.edited, read, sealer, job, before)
    for name, value in edit.parameters.items():
        yield from _of(partial(edited, {name: value}, {}))
    for name, value in edit.inputs.items():
        yield from _of(partial(edited, {}, {name: value}))
    for name, value in edit.resources.items():
        yield from _of(partial(change_resources, before.resources, {name: value}))


def _of(attempt: Callable[[], object]) -> list[Problem]:
    try:
        attempt()
    except (NotFound, Locked) as error:
        return [Problem("target", error.message)]  # inputs that are not there are Invalid
    except Denied as error:
        return [Problem("priority", error.message)]  # all else was allowed before
    except (Invalid, NameTaken) as error:
        proposal = error.facts.get("proposal")
        return [Problem(str(error.facts.get("field", "")), error.message, proposal)]
    return []
