"""Brings pictures of other versions, with what is said of them, into a version: how copies, merges and
imports of shapes are done. Documents are shared wherever nothing in them has to change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from safelight.actions.operations import choose
from safelight.domain.annotations import EMPTY, Document, MergeMode, Numbers, parse
from safelight.domain.datasets import LabelList
from safelight.domain.jobs import Failure, FailureKind
from safelight.domain.labelmap import LabelMap, key_demand, map_labels
from safelight.domain.operations import Mode, Pictures
from safelight.domain.rewriting import receive, relabel, renumber
from safelight.internals import plans
from safelight.internals.operation import Failed, Operation, number
from safelight.internals.plans import Moved, Opening, Said, Writer, speaking
from safelight.store import documents, labels, planned, planned_tags, versions
from safelight.store.db import Read, Transaction
from safelight.store.planned import Gathered, Picture, Plan
from safelight.store.versions import Version

NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What to bring where. The sources come in their order; `renamed` labels are those of all but the version
    that is brought into. Not `add`: only what the version has already.

    `silence_replaces`: a picture of which its source says nothing has nothing said of it, where replaced.
    """

    sources: Sequence[UUID]
    mode: Mode
    pictures: Pictures = field(default_factory=Pictures)
    renamed: Mapping[str, str] = field(default_factory=dict)
    only_labels: Sequence[str] = ()
    create_labels: bool = True
    all_labels: bool = False  # also those that nothing has
    add: bool = True
    with_annotations: bool = True
    with_tags: bool = True
    silence_replaces: bool = False


@dataclass(frozen=True, slots=True)
class Sources:
    """What was read, all of one moment. `into` None: a new version, which has the labels of the first."""

    versions: list[Version]
    into: Version | None
    pictures: int
    maps: list[LabelMap]

    @property
    def labels(self) -> LabelList:
        return self.maps[-1].after

    @property
    def labels_key(self) -> int | None:
        """Of the labels that the version begins with."""
        return (self.into or self.versions[0]).labels_key


def bring(
    operation: Operation, wish: Wish, into: UUID | None, opening: Opening, *, noun: str
) -> None:
    """Do what is wished, all at once, and write down what came out. `opening` gives the version to write to.

    Raises Failed for labels that are missing, and what `plans.switch` does; nothing is changed then.
    """
    with Plan(operation.db) as plan:
        while True:
            try:
                _bring(operation, plan, wish, into, opening, noun)
            except Moved as moved:
                operation.say(f"{moved} Reading again.")
            else:
                return


def _bring(
    operation: Operation,
    plan: Plan,
    wish: Wish,
    into: UUID | None,
    opening: Opening,
    noun: str,
) -> None:
    with operation.section("Read the versions"):
        sources = _read(operation, plan, wish, into)
    with plan.read() as read:
        _settle(read, wish, sources.maps)
    with Writer(operation, plan, partial(_say, wish, sources.maps)) as writer:
        with operation.section("Write annotations"):
            writer.write()
        with plans.switch(operation, plan, opening, writer, add=wish.add) as switch:
            tx, version = switch.tx, switch.version
            new_labels = _put_labels(tx, operation, version, sources)
            version = versions.get(tx, operation.organization_id, version.version_id)
            changed = planned.move(tx, switch.change_set)
            added = planned.add_assets(tx, switch.change_set, version) if wish.add else 0
            tagged = 0
            if wish.with_tags:
                tagged = sum(
                    planned_tags.bring_along(tx, switch.change_set, rank, source, version)
                    for rank, source in enumerate(sources.versions)
                )
            operation.result(
                tx,
                summary=f"{number(sources.pictures, 'picture')} {noun} · {added:,} new · "
                f"{changed:,} changed",
                counts={
                    "pictures": sources.pictures,
                    "new_assets": added,
                    "changed": changed,
                    "new_labels": new_labels,
                    "tags_added": tagged,
                },
                outputs=[operation.output(version)],
            )
    operation.say(
        f"{number(added, 'new picture')}, {changed:,} changed, {number(tagged, 'tag')} put on: done"
    )


# --- reading ------------------------------------------------------------------------------------------


def _read(operation: Operation, plan: Plan, wish: Wish, into: UUID | None) -> Sources:
    organization_id = operation.organization_id
    with plan.read() as read:
        planned.clear(read)
        found = [versions.get(read, organization_id, one) for one in wish.sources]
        target = None if into is None else versions.get(read, organization_id, into)
        keys = plans.chosen_keys(operation, read)
        for rank, source in enumerate(found):
            count = planned.gather(read, rank, source, choose(read, source, wish.pictures), keys)
            operation.say(f"{number(count, 'picture')} of {source.dataset_name}/{source.name}")
        pictures = planned.plan_gathered(read, target, add=wish.add)
        lists = [labels.get(read, source) for source in found]
        there = lists[0] if target is None else labels.get(read, target)
        used = [_used(read, wish, rank, known) for rank, known in enumerate(lists)]
    if target is not None or len(found) == 1:
        plans.check_some(pictures, found[0])
    maps = _map(operation, wish, lists, there, used, is_new=target is None)
    return Sources(found, target, pictures, maps)


def _used(read: Read, wish: Wish, rank: int, known: LabelList) -> dict[int, int]:
    """The labels of a source that need a place, with how many shapes each has."""
    if not wish.with_annotations:
        return {}
    if wish.all_labels:
        return dict.fromkeys(known.keys.values(), 0)
    counts = planned.label_counts(read, rank)
    only = {known.keys[name] for name in wish.only_labels}
    return {key: count for key, count in counts.items() if not only or key in only}


def _map(
    operation: Operation,
    wish: Wish,
    lists: list[LabelList],
    there: LabelList,
    used: list[dict[int, int]],
    *,
    is_new: bool,
) -> list[LabelMap]:
    with operation.db.transaction() as tx:
        demand = sum(map(key_demand, lists))
        fresh = iter(labels.reserve_keys(tx, operation.organization_id, demand))
    maps: list[LabelMap] = []
    for rank, known in enumerate(lists):
        renamed = {} if is_new and rank == 0 else wish.renamed
        found = map_labels(known, there, used[rank], renamed, fresh, create=wish.create_labels)
        maps.append(found)
        there = found.after
    _refuse_missing(maps)
    return maps


def _refuse_missing(maps: list[LabelMap]) -> None:
    missing = sorted({name for one in maps for name in one.missing})
    if missing:
        named = ", ".join(missing[:NAMED_AT_MOST])
        more = f" and {len(missing) - NAMED_AT_MOST:,} more" if len(missing) > NAMED_AT_MOST else ""
        message = (
            f"The version lacks {number(len(missing), 'label')} that shapes have: {named}{more}. "
            "Map them to others, or let them be made. Nothing was changed."
        )
        raise Failed(Failure(FailureKind.INVALID_INPUT, message))


# --- settling -----------------------------------------------------------------------------------------


def _settle(read: Read, wish: Wish, maps: list[LabelMap]) -> None:
    """What can be known without looking into documents."""
    if not wish.with_annotations:
        planned.settle_all(read)
        return
    if wish.mode is Mode.KEEP:
        planned.settle_kept(read)
    if not wish.silence_replaces:
        planned.settle_silent(read)
    if not wish.only_labels and all(one.changes_nothing for one in maps):
        planned.settle_shared(read)


def _say(wish: Wish, maps: list[LabelMap], read: Read, pictures: Sequence[Picture]) -> list[Said]:
    gathered = planned.gathered_for(read, [picture.data_key for picture in pictures])
    contents = documents.read_many(
        read, (one.document_key for some in gathered.values() for one in some)
    )
    return [
        _told(wish, picture, list(_arriving(maps, gathered.get(picture.data_key, ()), contents)))
        for picture in pictures
    ]


@dataclass(frozen=True, slots=True)
class _Arriving:
    """What a source says of a picture, with the labels of the version. `document_key`: if it stands so."""

    document: Document
    numbers: Numbers
    document_key: int | None


def _arriving(
    maps: list[LabelMap], gathered: Sequence[Gathered], contents: Mapping[int, bytes]
) -> Iterator[_Arriving]:
    for one in gathered:
        if one.document_key is None:
            yield _Arriving(EMPTY, one.numbers, None)
            continue
        before = parse(contents[one.document_key])
        after = relabel(before, maps[one.rank].keys)
        if after != before and not any(each.shapes for each in after.annotations):
            yield _Arriving(EMPTY, one.numbers, None)  # all that it says is of other labels
            continue
        yield _Arriving(after, one.numbers, one.document_key if after == before else None)


def _told(wish: Wish, picture: Picture, arriving: list[_Arriving]) -> Said:
    """What a picture says after all that is said of it elsewhere arrived."""
    document, numbers = parse(picture.content), picture.numbers
    stands = picture.before  # the key of `document`, as long as it has one
    mode = MergeMode[wish.mode.name]
    for one in arriving:
        if not one.document.annotations:
            if wish.silence_replaces and mode is MergeMode.REPLACE:
                document, stands = EMPTY, None
            continue
        if numbers == Numbers():  # no number was ever given out: those of the source can be kept
            document, numbers, stands = one.document, one.numbers, one.document_key
        elif not _says_the_same(document, one.document):
            before = document
            document, numbers = receive(document, numbers, one.document, mode)
            stands = stands if document is before else None
    return Said(picture.data_key, speaking(document) if stands is None else stands, numbers)


def _says_the_same(one: Document, other: Document) -> bool:
    """Whether nothing but numbers is different: then nothing arrives, and ids stay."""
    return one == other or renumber(one, Numbers())[0] == renumber(other, Numbers())[0]


# --- labels -------------------------------------------------------------------------------------------


def _put_labels(tx: Transaction, operation: Operation, version: Version, sources: Sources) -> int:
    """Give the version its labels; how many are new. Raises Moved if they were changed since."""
    if sources.into is None:
        versions.point_to_labels(tx, version, sources.labels_key)
        version = versions.get(tx, operation.organization_id, version.version_id)
    if version.labels_key != sources.labels_key:
        raise Moved("Labels of the version were changed meanwhile.")
    before = labels.get(tx, version)
    if before != sources.labels:
        labels.write(tx, version, sources.labels, operation.author)
    return len(sources.labels.labels) - len(before.labels)
