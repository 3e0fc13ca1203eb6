"""What a re-run changes, held against the rules that a launch is held against."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from safelight.actions import experiments, processings, references
from safelight.actions.sealing import Sealer
from safelight.domain.annotations import MergeMode
from safelight.domain.imports import Format, Matching
from safelight.domain.jobs import JobType, TargetType
from safelight.domain.operations import OPERATIONS, declaring
from safelight.domain.parameters import (
    Input,
    Parameter,
    ParameterType,
    read_rules,
    rule_like,
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
class Rules:
    """What a re-run may be given. `closed`: a parameter without a rule is a mistake."""

    parameters: dict[str, Parameter]
    inputs: list[Input]
    closed: bool


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
    """As `edited`; the experiment of a training has the new parameters, too."""
    found = edited(tx, sealer, job, before, parameters, inputs)
    if job.type is JobType.TRAINING:
        _tell_experiment(tx, job, found.parameters)
    return found


def edited(
    read: Read,
    sealer: Sealer | None,
    job: Job,
    before: Run,
    parameters: JsonObject,
    inputs: JsonObject,
) -> Edited:
    """The parameters and inputs of `before` with those given in their place, read by their rules.

    A job whose script has other rules by now is taken as it was. Raises Invalid naming the field that
    does not fit.
    """
    rules = rules_of(read, job, before)
    values = settle_parameters(
        {name: _known(rule) for name, rule in rules.parameters.items()},
        before.parameters,
        parameters,
        closed=rules.closed and bool(parameters),
    )
    plain = values.plain if parameters else before.parameters
    secrets = _sealed(sealer, before.secrets, values.secret)
    given = _inputs(read, job, rules, inputs)
    return Edited(plain, {**before.inputs, **given}, secrets)


def _known(rule: Parameter) -> Parameter:
    """A secret that was given before need not be given again."""
    return replace(rule, required=False) if rule.type is ParameterType.SECRET else rule


def _sealed(sealer: Sealer | None, before: bytes | None, given: dict[str, str]) -> bytes | None:
    """The secrets of a run, with those given in their place."""
    if not given:
        return before
    if sealer is None:
        raise ValueError("secret parameters need a sealer")
    return sealer.seal({**(sealer.unseal(before) if before else {}), **given})


# --- rules ----------------------------------------------------------------------------------------


def rules_of(read: Read, job: Job, before: Run) -> Rules:
    """The rules of what is run again, as far as they are still those that it was launched under."""
    parameters, closed = _parameter_rules(read, job, before)
    return Rules(parameters, _input_rules(read, job), closed)


def _input_rules(read: Read, job: Job) -> list[Input]:
    if job.type is JobType.INTERNAL and job.operation in OPERATIONS:
        return declaring.inputs(OPERATIONS[job.operation])
    return stored_processings.inputs(read, job.processing_id) if job.processing_id else []


def _parameter_rules(read: Read, job: Job, before: Run) -> tuple[dict[str, Parameter], bool]:
    if job.type is JobType.INTERNAL:
        return _internal_rules(job, before.parameters), True
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


_CHOICES = {"mode": tuple(MergeMode), "format": tuple(Format), "matching": tuple(Matching)}


def _internal_rules(job: Job, parameters: JsonObject) -> dict[str, Parameter]:
    """The rules that an operation of ours declares. Others are launched with all their parameters, so the
    values are the rules.
    """
    if job.operation in OPERATIONS:
        return declaring.rules(OPERATIONS[job.operation])
    rules = {}
    for name, value in parameters.items():
        rule = rule_like(name, value)
        if name in _CHOICES:
            rule = Parameter(name, ParameterType.CHOICE, value, choices=_CHOICES[name])
        if rule is not None:
            rules[name] = rule
    return rules


def _inputs(read: Read, job: Job, rules: Rules, given: JsonObject) -> JsonObject:
    """The inputs that were given, read as their declarations want them."""
    declared = [replace(each, required=False) for each in rules.inputs]
    settled = settle_inputs(declared, given, closed=False)
    return references.resolve_inputs(read, job.organization_id, declared, settled)


def _tell_experiment(tx: Transaction, job: Job, parameters: JsonObject) -> None:
    # The wire's scripts read their parameters from the experiment, not from the run.
    if job.target is None or job.target.type is not TargetType.EXPERIMENT:
        return
    experiment = stored_experiments.get(tx, job.organization_id, job.target.id)
    metrics.put(tx, experiment, PARAMETERS, TABLE, parameters)
