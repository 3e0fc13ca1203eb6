"""Registering processings from packages, and launching them on what they are made for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from safelight.actions import operations, packages, references
from safelight.actions.access import Actor
from safelight.actions.context import Context
from safelight.actions.launch import Order, launch
from safelight.actions.packages import Entries, Taken
from safelight.domain.datasets import InferenceType
from safelight.domain.jobs import JobType, Resources, Target, TargetType
from safelight.domain.packages import (
    TARGET_VERSION,
    Layout,
    Manifest,
    PackageKind,
    change_resources,
)
from safelight.domain.parameters import (
    Input,
    InputType,
    Values,
    read_rules,
    settle_inputs,
    settle_parameters,
)
from safelight.domain.permissions import require
from safelight.domain.terms import read_terms
from safelight.errors import Invalid, NameTaken
from safelight.ids import Kind
from safelight.store import assets, data, datalakes, jobs, processings, runs, versions
from safelight.store import packages as stored_packages
from safelight.store.assets import AssetFilter
from safelight.store.changes import Author
from safelight.store.db import Read, Transaction
from safelight.store.jobs import Job
from safelight.store.packed import packed
from safelight.store.processings import NewProcessing, Processing, Source
from safelight.store.runs import Run
from safelight.store.versions import Version

OPERATION = "processing"
_AT_ONCE = 10_000  # below the most variables of a statement on both databases

# --- registering --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Registered:
    processing: Processing
    warnings: tuple[str, ...]


def register(context: Context, actor: Actor, archive: bytes) -> Registered:
    """A processing from an uploaded package; the organization's own of the same name is replaced.

    Raises Denied, Invalid, TooLarge, and NameTaken for a name of one that ships with Safelight.
    """
    require(actor, "add_package")
    entries = packages.unpack(archive)
    return register_entries(context, actor.organization_id, entries, created_by=actor.user_id)


def register_entries(
    context: Context,
    organization_id: UUID,
    entries: Entries,
    *,
    created_by: UUID | None = None,
    is_public: bool = False,
) -> Registered:
    """A processing from files that are at hand. `is_public`: it ships with Safelight."""
    taken = packages.take(context, organization_id, entries, created_by=created_by)
    if taken.manifest.kind is not PackageKind.PROCESSING or taken.manifest.target is None:
        raise Invalid("This package is a training; add it as a training.")
    new = _from_manifest(taken, taken.manifest.target, is_public=is_public)
    with context.db.transaction() as tx:
        known = processings.find(tx, organization_id, new.name)
        if known is None:
            processing = processings.add(tx, organization_id, new, created_by)
        else:
            check_not_shipped(known, is_public=is_public)
            processing = processings.replace(tx, known, new)
        processings.set_inputs(tx, processing.processing_id, list(taken.manifest.inputs))
    return Registered(processing, taken.warnings)


def check_not_shipped(known: Processing, *, is_public: bool = False) -> None:
    """Raises NameTaken for a processing that ships with Safelight: it is not the user's to change."""
    if known.is_public and not is_public:
        raise NameTaken(
            f"{known.name!r} ships with Safelight; give your own another name.", name=known.name
        )


def _from_manifest(taken: Taken, target: TargetType, *, is_public: bool) -> NewProcessing:
    manifest = taken.manifest
    return NewProcessing(
        name=manifest.name,
        target=target,
        source=Source(package_hash=taken.package.package_hash),
        type=manifest.type,
        description=manifest.description,
        resources=manifest.resources,
        default_parameters=default_parameters(manifest),
        parameters={name: rule.to_json() for name, rule in manifest.parameters.items()},
        is_public=is_public,
    )


def default_parameters(manifest: Manifest) -> dict[str, Any]:
    """The values that the rules of a package give where nothing is given."""
    return settle_parameters(
        {name: replace(rule, required=False) for name, rule in manifest.parameters.items()},
        {},
        {},
        closed=True,
    ).plain


# --- launching ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to launch a processing with; None: as the processing has it.

    `target`: an id or a name. `official`: asked over the wire, where an output version that exists
    is taken again.
    """

    target: str
    target_type: TargetType | None = None
    parameters: dict[str, Any] | None = None
    inputs: dict[str, Any] | None = None
    resources: dict[str, Any] | None = None
    asset_ids: Sequence[UUID] | None = None
    data_ids: Sequence[UUID] | None = None
    idempotency_key: str | None = None
    official: bool = False
    # `priority` and `retry`; what is not said is as the package says.
    terms: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Plan:
    """A wish that was checked."""

    processing: Processing
    target: Target
    values: Values
    inputs: dict[str, Any] = field(default_factory=dict)
    resources: Resources = field(default_factory=Resources)
    creates_version: bool = False


def launch_processing(
    context: Context, actor: Actor, processing_id: UUID, wish: Wish
) -> tuple[Job, Run]:
    """Launch a processing on its target.

    Raises Denied, NotFound, Invalid naming the field that does not fit, and NameTaken with a
    `proposal` if the version that it shall make exists.
    """
    require(actor, "launch")
    with context.db.transaction() as tx:
        earlier = _earlier(tx, actor, wish)
        if earlier is not None:
            return earlier
        processing = processings.get(tx, actor.organization_id, processing_id)
        plan = _plan(tx, actor, processing, wish)
        job, run = launch(tx, _order(tx, actor, plan, wish), context.sealer)
        if plan.creates_version:
            _create_version(tx, actor, plan, run)
        return job, run


def _earlier(read: Read, actor: Actor, wish: Wish) -> tuple[Job, Run] | None:
    """What a repeated call launched before: its output version exists now, which is no mistake."""
    if not wish.idempotency_key:
        return None
    job = jobs.find_by_key(read, actor.organization_id, wish.idempotency_key)
    if job is None or job.operation != OPERATION:
        return None
    return job, runs.get(read, job.latest_run_id)


def _plan(tx: Transaction, actor: Actor, processing: Processing, wish: Wish) -> _Plan:
    if not processing.source.exists:
        raise Invalid(f"The processing {processing.name!r} has neither package nor image.")
    organization_id = actor.organization_id
    target_type = wish.target_type or processing.target
    target = references.find_target(tx, organization_id, target_type, wish.target)
    layout = _layout(tx, processing)
    closed = layout is Layout.SAFELIGHT
    plan = _Plan(
        processing,
        target,
        settle_parameters(
            read_rules(processing.parameters),
            processing.default_parameters,
            wish.parameters,
            closed=closed,
        ),
    )
    declared = processings.inputs(tx, processing.processing_id)
    given = settle_inputs(declared, wish.inputs, closed=closed)
    plan.inputs = references.resolve_inputs(tx, organization_id, declared, given)
    plan.inputs |= _selection(tx, actor, target, wish)
    plan.resources = overridden(processing.resources, wish.resources)
    if target.type is TargetType.DATALAKE and plan.inputs.get("target_datalake_name"):
        plan.inputs["output_datalake_id"] = _output_datalake(tx, organization_id, plan.inputs)
    _plan_output(tx, actor, plan, wish, layout)
    return plan


def is_closed(read: Read, processing: Processing) -> bool:
    """Whether a parameter that the processing does not declare is a mistake."""
    return _layout(read, processing) is Layout.SAFELIGHT


def _layout(read: Read, processing: Processing) -> Layout:
    """Who wrote what is going to run; an image is taken for one of the official tools."""
    if processing.source.package_hash is None:
        return Layout.PICSELLIA
    package = stored_packages.get(read, processing.organization_id, processing.source.package_hash)
    return Layout(package.manifest["layout"])


def overridden(resources: Resources, given: dict[str, Any] | None) -> Resources:
    """Resources with those that were given in place of the defaults. Raises Invalid."""
    told = {name: value for name, value in (given or {}).items() if value is not None}
    return change_resources(resources, told)


def _order(read: Read, actor: Actor, plan: _Plan, wish: Wish) -> Order:
    of, package_hash = plan.processing.organization_id, plan.processing.source.package_hash
    return Order(
        organization_id=actor.organization_id,
        type=JobType.PROCESSING,
        operation=OPERATION,
        name=plan.processing.name,
        target=plan.target,
        source=plan.processing.source.to_json(),
        triggered_by=actor.user_id,
        parameters=plan.values.plain,
        inputs=plan.inputs,
        resources=plan.resources,
        terms=read_terms(actor, wish.terms, packages.usual_retry(read, of, package_hash)),
        secrets=plan.values.secret,
        processing_id=plan.processing.processing_id,
        idempotency_key=wish.idempotency_key,
    )


# --- what it runs on --------------------------------------------------------------------------------


def _selection(read: Read, actor: Actor, target: Target, wish: Wish) -> dict[str, Any]:
    """The part of the target that was selected, each id checked to lie in it."""
    if wish.asset_ids is not None and target.type is TargetType.DATASET_VERSION:
        _check_assets(read, actor.organization_id, target, wish.asset_ids)
        return {"asset_ids": [str(asset_id) for asset_id in wish.asset_ids]}
    if wish.data_ids is not None and target.type is TargetType.DATALAKE:
        keys = data.keys_of(read, actor.organization_id, wish.data_ids)
        if any(each.datalake_id != target.id for each in data.by_keys(read, keys)):
            raise Invalid("data_ids names data of another datalake.", field="data_ids")
        return {"data_ids": [str(data_id) for data_id in wish.data_ids]}
    return {}


def _check_assets(
    read: Read, organization_id: UUID, target: Target, asset_ids: Sequence[UUID]
) -> None:
    version = versions.get(read, organization_id, target.id)
    if assets_there(read, version, asset_ids) != len(set(asset_ids)):
        raise Invalid("asset_ids names assets that are not in this version.", field="asset_ids")


def assets_there(read: Read, version: Version, asset_ids: Sequence[UUID]) -> int:
    """How many of these assets are in the version."""
    keys = packed(read).keys(list(asset_ids), Kind.ASSET)
    return sum(
        assets.count(read, version, AssetFilter(asset_keys=keys[at : at + _AT_ONCE]))
        for at in range(0, len(keys), _AT_ONCE)
    )


# --- what it makes ------------------------------------------------------------------------------------


def _output_datalake(tx: Transaction, organization_id: UUID, inputs: dict[str, Any]) -> str:
    name = str(inputs["target_datalake_name"])
    lake = datalakes.find(tx, organization_id, name) or datalakes.add(tx, organization_id, name)
    return str(lake.datalake_id)


def _plan_output(read: Read, actor: Actor, plan: _Plan, wish: Wish, layout: Layout) -> None:
    """Scripts of the official tools find their output version made; ours make it themselves."""
    name = plan.inputs.get(TARGET_VERSION)
    if not name or plan.target.type is not TargetType.DATASET_VERSION:
        return
    source = versions.get(read, actor.organization_id, plan.target.id)
    taken = versions.find(read, actor.organization_id, source.dataset_id, str(name))
    if taken is not None and not wish.official:
        raise operations.taken(read, source, str(name))
    plan.creates_version = taken is None and layout is Layout.PICSELLIA


def _create_version(tx: Transaction, actor: Actor, plan: _Plan, run: Run) -> None:
    source = versions.get(tx, actor.organization_id, plan.target.id)
    # An augmentation has the kind of shapes it began with; other scripts say what they make.
    inherits = plan.processing.type == "DATA_AUGMENTATION"
    versions.add(
        tx,
        actor.organization_id,
        source.dataset_id,
        str(plan.inputs[TARGET_VERSION]),
        by=Author(actor.user_id, run.run_id),
        type=source.type if inherits else InferenceType.NOT_CONFIGURED,
    )


# --- as the wire declares them ------------------------------------------------------------------------


def add_image(
    context: Context, actor: Actor, new: NewProcessing, declared: Sequence[Input] = ()
) -> Processing:
    """A processing of an image. Raises Denied, NameTaken."""
    require(actor, "add_package")
    with context.db.transaction() as tx:
        processing = processings.add(tx, actor.organization_id, new, actor.user_id)
        processings.set_inputs(tx, processing.processing_id, list(declared))
        return processing


def change(context: Context, actor: Actor, processing_id: UUID, **values: Any) -> Processing:
    """Change fields of NewProcessing; another image becomes its source. Raises Denied, NotFound."""
    require(actor, "add_package")
    with context.db.transaction() as tx:
        known = processings.get(tx, actor.organization_id, processing_id)
        check_not_shipped(known)
        return processings.replace(tx, known, replace(as_new(known), **values))


def as_new(known: Processing) -> NewProcessing:
    """A processing as it would be added again."""
    return NewProcessing(
        known.name,
        known.target,
        known.source,
        known.type,
        known.description,
        known.resources,
        known.default_parameters,
        known.parameters,
        known.is_public,
    )


def remove(context: Context, actor: Actor, processing_id: UUID) -> None:
    """Forget a processing; its jobs stay. Raises Denied, NotFound, NameTaken for one that ships."""
    require(actor, "add_package")
    with context.db.transaction() as tx:
        known = processings.get(tx, actor.organization_id, processing_id)
        check_not_shipped(known)
        processings.remove(tx, known)


def input_type(text: str) -> InputType:
    """Raises Invalid."""
    if text not in InputType.__members__:
        raise Invalid(f"input_type must be one of {', '.join(InputType)}.", field="input_type")
    return InputType(text)
