"""Launching operations on dataset versions: what each is held against before it is a job, and again when its
run begins. Their parameters are declared in `domain/operations`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, fields, replace
from itertools import count
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from safelight.actions import references
from safelight.actions.assetquery import filter_of
from safelight.actions.context import Context
from safelight.actions.import_annotations import target_of
from safelight.actions.launch import Order, internal_order, launch
from safelight.actions.selection import keep_selection
from safelight.domain.assetquery import read_query
from safelight.domain.datasets import LabelList, check_name
from safelight.domain.jobs import JobType
from safelight.domain.operations import (
    OPERATIONS,
    ClassesToTags,
    Convert,
    Copy,
    DeleteLabels,
    DeleteShapes,
    Export,
    Fork,
    ImportShapes,
    Merge,
    MergeLabels,
    Operation,
    Pictures,
    RenameLabels,
    Split,
    Tag,
    TagsToClasses,
)
from safelight.domain.operations.declaring import declared
from safelight.domain.permissions import Actor, require
from safelight.errors import Invalid, NameTaken, NotFound
from safelight.formats.writers import writer
from safelight.store import labels, tags, versions
from safelight.store.assets import AssetFilter
from safelight.store.db import Read
from safelight.store.jobs import Job
from safelight.store.runs import Run
from safelight.store.versions import Version

JsonObject = dict[str, Any]
O = TypeVar("O", bound=Operation)  # noqa: E741  the type variable of operations
Check = Callable[[Read, Version, Any], None]


def launch_operation(
    context: Context,
    by: Actor,
    version_id: UUID,
    asked: Operation,
    *,
    idempotency_key: str | None = None,
) -> tuple[Job, Run]:
    """Launch what is asked for on a version.

    Raises Denied, NotFound, Locked, NameTaken, or Invalid naming what does not fit; nothing is launched then.
    """
    require(by, "write_data")
    asked.check_scope()
    with context.db.read() as read:
        version = versions.get(read, by.organization_id, version_id)
        asked = resolve(read, by.organization_id, asked)
        check(read, version, asked)
    kept = keep_pictures(context, by, asked)
    with context.db.transaction() as tx:
        version = versions.get(tx, by.organization_id, version_id)
        return launch(tx, order(by, version, asked, kept, idempotency_key=idempotency_key))


def order(
    by: Actor,
    source: Version,
    asked: Operation,
    inputs: JsonObject,
    *,
    target: Version | None = None,
    idempotency_key: str | None = None,
) -> Order:
    """What to launch for what is asked of `source`; `target` is what the job is about, if not that."""
    given = _split_inputs(asked)
    return internal_order(
        by,
        asked.operation,
        name=asked.describe(f"{source.dataset_name}/{source.name}"),
        target=target_of(target or source),
        parameters=given[0],
        inputs={**given[1], **inputs},
        idempotency_key=idempotency_key,
    )


def _split_inputs(asked: Operation) -> tuple[JsonObject, JsonObject]:
    """What is asked for as a run's parameters and inputs: its inputs are the versions that it names."""
    values = msgspec.to_builtins(asdict(asked))
    if "pictures" in values:
        values["pictures"].pop("asset_ids")  # kept apart: see `keep_pictures`
    named = {each.name for each in declared(type(asked)) if each.is_version}
    parameters = {name: value for name, value in values.items() if name not in named}
    return parameters, {name: values[name] for name in named}


def keep_pictures(context: Context, by: Actor, asked: Operation) -> JsonObject:
    """Keep pictures that were chosen one by one; as inputs."""
    pictures: Pictures | None = getattr(asked, "pictures", None)
    if pictures is None or pictures.asset_ids is None:
        return {}
    return {"assets": keep_selection(context, by.organization_id, pictures.asset_ids)}


def read_asked(kind: type[O], parameters: JsonObject, inputs: JsonObject) -> O:
    """What a run was launched with. Raises Invalid."""
    known = {each.name for each in fields(kind)}
    values = {name: value for name, value in {**inputs, **parameters}.items() if name in known}
    try:
        return msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"The job's parameters do not fit: {error}.") from error


# --- checks ---------------------------------------------------------------------------------------------


def resolve(read: Read, organization_id: UUID, asked: O) -> O:
    """The same with every version named by its id. Raises Invalid for one that is not there."""
    found: JsonObject = {}
    for each in declared(type(asked)):
        if each.is_version:
            value = getattr(asked, each.name)
            found[each.name] = (
                _id_of(read, organization_id, each.name, value)
                if isinstance(value, str)
                else [_id_of(read, organization_id, each.name, one) for one in value]
            )
    return replace(asked, **found)


def _id_of(read: Read, organization_id: UUID, field: str, text: str) -> str:
    try:
        return str(references.find_version(read, organization_id, text).version_id)
    except NotFound as error:
        raise Invalid(f"{field}: {error.message}", field=field) from error


def check(read: Read, version: Version, asked: Operation) -> None:
    """Hold what is asked for against what is there. Raises Locked, NameTaken, Invalid, NotFound."""
    if asked.changes_version:
        versions.check_unlocked(version)
    check_names_free(read, version, asked)
    one_by_one = _CHECKS.get(type(asked))
    if one_by_one is not None:
        one_by_one(read, version, asked)
    if not isinstance(asked, Copy | ImportShapes):  # theirs are pictures of another version
        _check_pictures(read, version, getattr(asked, "pictures", Pictures()))


def check_names_free(read: Read, beside: Version, asked: Operation) -> None:
    """Raises Invalid for a version to be made whose name cannot be one, NameTaken with a free one as
    `proposal`.
    """
    for name in asked.makes:
        cleaned = check_name(name, "version")
        if versions.find(read, beside.organization_id, beside.dataset_id, cleaned) is not None:
            refusal = taken(read, beside, cleaned)
            refusal.facts["field"] = asked.naming
            raise refusal


def taken(read: Read, sibling: Version, name: str) -> NameTaken:
    """The refusal of a name that a version beside `sibling` has, with one that is free."""
    proposal = free_name(read, sibling.organization_id, sibling.dataset_id, name)
    return NameTaken(
        f"{sibling.dataset_name} has a version {name} already. {proposal} is free.",
        name=name,
        proposal=proposal,
    )


def free_name(read: Read, organization_id: UUID, dataset_id: UUID, name: str) -> str:
    """`name`, or the first of `name-2`, `name-3` ... that no version of the dataset has."""
    for number in count(1):
        proposal = name if number == 1 else f"{name}-{number}"
        if versions.find(read, organization_id, dataset_id, proposal) is None:
            return proposal
    raise AssertionError("numbers do not end")


def _check_pictures(read: Read, version: Version, pictures: Pictures) -> None:
    choose(read, version, pictures)
    _check_tags(read, version, pictures.tags, "pictures.tags")


def choose(read: Read, version: Version, pictures: Pictures) -> AssetFilter:
    """The filter of chosen pictures; those that were chosen one by one are kept apart: see
    `keep_pictures`. Raises Invalid for a label that there is not.
    """
    known = labels.get(read, version)
    check_labels(known, pictures.labels, "pictures.labels")
    keys = [known.keys[name] for name in pictures.labels]
    asked = _asked(read, version, pictures)
    return replace(
        asked,
        label_keys=(*asked.label_keys, *([keys] if keys else ())),
        min_shapes=_and(max, asked.min_shapes, pictures.min_shapes),
        max_shapes=_and(min, asked.max_shapes, pictures.max_shapes),
        tags=(*asked.tags, *([frozenset(pictures.tags)] if pictures.tags else ())),
    )


def _asked(read: Read, version: Version, pictures: Pictures) -> AssetFilter:
    """What the text of the search box means."""
    try:
        return filter_of(read, version, read_query(pictures.q), search=pictures.search)
    except NotFound as error:
        raise Invalid(error.message, field="pictures.q") from error


def _and(stricter: Callable[[int, int], int], one: int | None, other: int | None) -> int | None:
    """Of two bounds the one that holds where both do."""
    if one is None or other is None:
        return other if one is None else one
    return stricter(one, other)


def check_labels(known: LabelList, names: Iterable[str], field: str) -> None:
    """Raises Invalid naming the first label that there is not."""
    for name in names:
        if known.named(name) is None:
            raise Invalid(f"The version has no label {name!r}.", field=field)


def _check_tags(read: Read, version: Version, names: Iterable[str], field: str) -> None:
    known = {tag.name for tag in tags.of_owner(read, version.version_id, tags.ASSET)}
    for name in names:
        if name not in known:
            raise Invalid(f"The version has no tag {name!r}.", field=field)


def _source(read: Read, version: Version, text: str, field: str) -> Version:
    source = versions.get(read, version.organization_id, UUID(text))
    if source.version_id == version.version_id:
        raise Invalid(
            f"{version.dataset_name}/{version.name} is source and target at once.", field=field
        )
    return source


def _check_copy(read: Read, version: Version, asked: Copy | ImportShapes) -> None:
    source = _source(read, version, asked.source, "source")
    known = labels.get(read, source)
    check_labels(known, asked.labels, "labels")
    if isinstance(asked, ImportShapes):
        check_labels(known, asked.only_labels, "only_labels")
    _check_renaming(read, version, asked.labels, create=asked.create_labels)
    _check_pictures(read, source, asked.pictures)


def _check_renaming(
    read: Read, version: Version, mapped: Mapping[str, str], *, create: bool
) -> None:
    for name in mapped.values():
        check_name(name, "label")
    if not create:
        check_labels(labels.get(read, version), mapped.values(), "labels")


def _check_merge(read: Read, version: Version, asked: Merge) -> None:
    known: set[str] = set()
    for text in asked.versions:
        known |= labels.get(read, _source(read, version, text, "versions")).keys.keys()
    for old, new in asked.labels.items():
        check_name(new, "label")
        if old not in known:
            raise Invalid(f"None of the other versions has a label {old!r}.", field="labels")


def _check_split(read: Read, version: Version, asked: Split) -> None:
    _check_tags(read, version, asked.tags, "tags")


def _check_tag(read: Read, version: Version, asked: Tag) -> None:
    _check_tags(read, version, asked.remove, "remove")


def _check_tags_to_classes(read: Read, version: Version, asked: TagsToClasses) -> None:
    if asked.of_data:
        _check_data_tags(read, version, asked.tags)
        return
    _check_tags(read, version, asked.tags, "tags")
    if not tags.of_owner(read, version.version_id, tags.ASSET):
        raise Invalid("The version has no tags.", field="tags")


def _check_data_tags(read: Read, version: Version, names: Collection[str]) -> None:
    known = {tag.name for tag in tags.of_organization(read, version.organization_id, tags.DATA)}
    for name in names:
        if name not in known:
            raise Invalid(f"There is no tag {name!r} of data.", field="tags")
    there = {tag.name for tag, _ in tags.in_version(read, version.version_key, tags.DATA)}
    if not there.intersection(names or there):
        raise Invalid(
            "No picture of the version has such a tag in its datalake. Tags of the version itself are turned "
            "into classes without `of_data`.",
            field="of_data",
        )


def _check_labels(
    read: Read, version: Version, asked: Convert | ClassesToTags | DeleteShapes | DeleteLabels
) -> None:
    check_labels(labels.get(read, version), asked.labels, "labels")


def _check_rename_labels(read: Read, version: Version, asked: RenameLabels) -> None:
    known = labels.get(read, version)
    check_labels(known, asked.names, "names")
    for old, new in asked.names.items():
        if known.named(new.strip()) is not None:
            raise NameTaken(
                f"The version has a label {new!r} already: merge {old!r} into it instead.",
                name=new,
                field=f"names.{old}",
            )


def _check_export(_read: Read, _version: Version, asked: Export) -> None:
    writer(asked.format.value)


def _check_merge_labels(read: Read, version: Version, asked: MergeLabels) -> None:
    check_labels(labels.get(read, version), [*asked.labels, asked.into], "labels")


_CHECKS: dict[type[Operation], Check] = {
    Copy: _check_copy,
    ImportShapes: _check_copy,
    Merge: _check_merge,
    Split: _check_split,
    Tag: _check_tag,
    TagsToClasses: _check_tags_to_classes,
    ClassesToTags: _check_labels,
    Convert: _check_labels,
    DeleteShapes: _check_labels,
    DeleteLabels: _check_labels,
    RenameLabels: _check_rename_labels,
    MergeLabels: _check_merge_labels,
    Export: _check_export,
}


# --- running again --------------------------------------------------------------------------------------


def check_again(read: Read, job: Job, parameters: JsonObject, inputs: JsonObject) -> None:
    """Hold the parameters of a re-run against what there is, where the job is an operation declared here.

    Raises what `check` does; `field` is then `parameters.NAME` or `inputs.NAME`.
    """
    kind = OPERATIONS.get(job.operation)
    # What a fork is about is the version that it has made, or will fill: see `outputs`.
    if job.type is not JobType.INTERNAL or kind in (None, Fork) or job.target is None:
        return
    asked = read_asked(kind, parameters, inputs)
    try:
        check(read, versions.get(read, job.organization_id, job.target.id), asked)
    except (Invalid, NameTaken) as refusal:
        field = str(refusal.facts.get("field", ""))
        if field:
            place = "inputs" if field in inputs else "parameters"
            refusal.facts["field"] = f"{place}.{field}"
        raise
