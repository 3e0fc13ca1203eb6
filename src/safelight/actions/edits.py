"""What a re-run changes, held against the rules that a launch is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from safelight.actions import experiments, processings, references
from safelight.actions.sealing import Sealer
from safelight.domain.jobs import JobType, TargetType
from safelight.domain.parameters import (
    Parameter,
    ParameterType,
    read_rules,
    settle_inputs,
    settle_parameters,
)
from safelight.errors import NotFound
from safelight.store import experiments as stored_experiments
from safelight.store import metrics, models
from safelight.store import processings as stored_processings
from safelight.store.db import Read, Transaction
from safelight.store.jobs import Job
from safelight.store.metrics import PARAMETERS, TABLE
from safelight.store.runs import Run

JsonObject = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Edited:
    """What the new run is launched with. `secrets` are sealed."""

    parameters: JsonObject
    inputs: JsonObject
    secrets: bytes | None


def apply(
    tx: Transaction,
    sealer: Sealer | None,
    job: Job,
    before: Run,
    parameters: JsonObject,
    inputs: JsonObject,
) -> Edited:
    """The newest run's parameters and inputs with those given in their place, read by their rules.

    A job whose script has other rules by now is taken as it was. The experiment of a training has
    the new parameters, too. Raises Invalid naming the field that does not fit.
    """
    rules, closed = _rules(tx, job, before)
    sealed = sealer.unseal(before.secrets) if sealer and before.secrets else {}
    values = settle_parameters(
        {name: _known(rule) for name, rule in rules.items()},
        before.parameters,
        parameters,
        closed=closed and bool(parameters),
    )
    if job.type is JobType.TRAINING:
        _tell_experiment(tx, job, values.plain)
    secrets = before.secrets
    if values.secret:
        if sealer is None:
            raise ValueError("secret parameters need a sealer")
        secrets = sealer.seal({**sealed, **values.secret})
    plain = {**before.parameters, **values.plain} if parameters else before.parameters
    return Edited(plain, {**before.inputs, **_inputs(tx, job, inputs)}, secrets)


def _known(rule: Parameter) -> Parameter:
    """A secret that was given before need not be given again."""
    return replace(rule, required=False) if rule.type is ParameterType.SECRET else rule


def _rules(read: Read, job: Job, before: Run) -> tuple[dict[str, Parameter], bool]:
    """The rules of what is run again, and whether other names are mistakes."""
    try:
        if job.type is JobType.TRAINING and "model_version_id" in before.inputs:
            version = models.get_version(
                read, job.organization_id, UUID(before.inputs["model_version_id"])
            )
            if version.source.to_json() == before.source:
                closed = experiments.is_closed(read, version)
                return read_rules(version.parameter_rules), closed
        elif job.processing_id is not None:
            processing = stored_processings.get(read, job.organization_id, job.processing_id)
            if processing.source.to_json() == before.source:
                return read_rules(processing.parameters), processings.is_closed(read, processing)
    except NotFound:
        pass  # it was removed since; the run keeps all that it needs
    return {}, False


def _inputs(read: Read, job: Job, given: JsonObject) -> JsonObject:
    """The inputs that were given, read as their declarations want them."""
    if not given or job.processing_id is None:
        return given
    declared = [
        replace(each, required=False) for each in stored_processings.inputs(read, job.processing_id)
    ]
    settled = settle_inputs(declared, given, closed=False)
    return references.resolve_inputs(read, job.organization_id, declared, settled)


def _tell_experiment(tx: Transaction, job: Job, parameters: JsonObject) -> None:
    # The wire's scripts read their parameters from the experiment, not from the run.
    if job.target is None or job.target.type is not TargetType.EXPERIMENT:
        return
    experiment = stored_experiments.get(tx, job.organization_id, job.target.id)
    metrics.put(tx, experiment, PARAMETERS, TABLE, parameters)
