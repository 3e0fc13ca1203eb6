"""Splits a version into parts, as new versions or as tags of its pictures, all at once."""

from __future__ import annotations

from collections.abc import Iterator

from safelight.domain.operations import Into, Split, Stratify
from safelight.domain.splitting import Signature, Signatures, assign
from safelight.errors import Invalid
from safelight.internals import plans
from safelight.internals.operation import Operation, number
from safelight.store import changes, planned, planned_tags, pointers, tags, versions
from safelight.store.db import Read, Transaction
from safelight.store.planned import Placed, Plan
from safelight.store.versions import Version


def run(operation: Operation, asked: Split) -> None:
    with Plan(operation.db) as plan:
        version = plans.plan_for(operation, plan, asked.pictures)
        with operation.section("Divide"):
            with plan.read() as read:
                if asked.parts:
                    _by_ratios(read, asked)
                else:
                    _by_tags(read, version, asked)
                counts = _check_counts(read, asked)
            for name, count in counts.items():
                operation.say(f"{name}: {number(count, 'picture')}")
        if asked.into is Into.VERSIONS:
            _make_versions(operation, plan, version, counts)
        else:
            _put_tags(operation, plan, asked, counts)


def _check_counts(read: Read, asked: Split) -> dict[str, int]:
    """Pictures by part. Raises Invalid for a part without any."""
    counts = {name: planned.count(read, part=part) for part, name in enumerate(asked.names)}
    for name, count in counts.items():
        if not count:
            raise Invalid(f"Part {name} would have no picture. Nothing was changed.")
    return counts


# --- dividing -----------------------------------------------------------------------------------------


def _by_ratios(read: Read, asked: Split) -> None:
    signatures = Signatures()
    for some in planned.in_order(read):
        for signature in _signatures(read, some, asked.stratify):
            signatures.add(signature)
    parts = assign(signatures, list(asked.parts.values()), asked.seed)
    keys = (one.data_key for some in planned.in_order(read) for one in some)
    planned.set_parts(read, zip(parts, keys, strict=True))


def _signatures(read: Read, some: list[Placed], stratify: Stratify) -> Iterator[Signature]:
    if stratify is Stratify.LABEL:
        yield from (tuple(sorted(map(int, one.counts))) for one in some)
        return
    tagged = {}
    if stratify is Stratify.TAG:
        tagged = tags.on(read, tags.ASSET, [one.asset_key for one in some])
    for one in some:
        yield tuple(sorted(tag.tag_id.int for tag in tagged.get(one.asset_key, ())))


def _by_tags(read: Read, version: Version, asked: Split) -> None:
    """Raises Invalid where a picture would be in several parts, or in none."""
    known = {tag.name: tag for tag in tags.of_owner(read, version.version_id, tags.ASSET)}
    for part, name in enumerate(asked.tags):
        both = planned_tags.set_part(read, known[name], part)
        if both:
            raise Invalid(
                f"{number(both, 'picture')} with the tag {name!r} also "
                f"{'has' if both == 1 else 'have'} one of {', '.join(asked.tags[:part])}. "
                "Nothing was changed."
            )
    left = planned.count_without_part(read)
    if left and not asked.rest:
        raise Invalid(
            f"{number(left, 'picture')} {'has' if left == 1 else 'have'} none of these tags: "
            "name a part for the rest. Nothing was changed."
        )
    planned.set_rest(read, len(asked.tags))


# --- doing it -----------------------------------------------------------------------------------------


def _make_versions(
    operation: Operation, plan: Plan, source: Version, counts: dict[str, int]
) -> None:
    with operation.section("Make the versions"), operation.last_step(), plan.transaction() as tx:
        operation.hold(tx)
        operation.check_rights(tx)
        made = [
            _make_version(tx, operation, source, name, part) for part, name in enumerate(counts)
        ]
        _conclude(tx, operation, counts, made)


def _make_version(
    tx: Transaction, operation: Operation, source: Version, name: str, part: int
) -> Version:
    version = plans.new_version(operation, source, name)(tx)
    versions.point_to_labels(tx, version, source.labels_key)
    change_set = changes.open_set(
        tx, operation.organization_id, version.version_key, operation.author, changes.CREATED
    )
    planned.add_assets(tx, change_set, version, part=part)
    pointers.copy_tags(tx, source, version)
    return version


def _put_tags(operation: Operation, plan: Plan, asked: Split, counts: dict[str, int]) -> None:
    with plans.switch(operation, plan, plans.target_of(operation)) as switch:
        tx = switch.tx
        parts = [planned_tags.ensure(tx, switch.version, name) for name in asked.names]
        for tag in parts:  # of an earlier split, or put on by hand: every picture is in one part
            planned_tags.take_off(tx, switch.change_set, switch.version, tag)
        for part, tag in enumerate(parts):
            planned_tags.put_on(tx, switch.change_set, switch.version, tag, part=part)
        _conclude(tx, operation, counts, [switch.version])


def _conclude(
    tx: Transaction, operation: Operation, counts: dict[str, int], outputs: list[Version]
) -> None:
    operation.result(
        tx,
        summary=" · ".join(f"{name} {count:,}" for name, count in counts.items()),
        counts={"pictures": sum(counts.values()), **counts},
        outputs=[operation.output(version) for version in outputs],
    )
