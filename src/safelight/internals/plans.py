"""Doing what is planned for the pictures of a version: documents are written first, where nobody sees them;
one short transaction then moves all pointers (see `store/planned.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from safelight.actions.operations import choose
from safelight.domain.annotations import Document, Numbers, parse
from safelight.domain.operations import Pictures
from safelight.errors import Invalid
from safelight.ids import Kind
from safelight.internals.checkpoints import DOCUMENTS, Checkpoints
from safelight.internals.operation import Operation, number
from safelight.store import changes, documents, planned, versions
from safelight.store.changes import ChangeSet
from safelight.store.db import Read, Transaction
from safelight.store.documents import NewDocument
from safelight.store.packed import packed
from safelight.store.planned import Picture, Plan, Settled
from safelight.store.versions import Version

AT_ONCE = 500  # documents per transaction: well below 100 ms


class Moved(Exception):
    """What was read at the start has changed so that the documents no longer fit: plan again."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a picture shall say: a new document, one that exists by its key, or nothing. `tally`: how much of
    what the operation counts was done to it.
    """

    data_key: int
    document: NewDocument | int | None
    numbers: Numbers
    tally: int = 0


Say = Callable[[Read, Sequence[Picture]], list[Said]]


def rewriting(rewrite: Callable[[Document], tuple[Document, int]]) -> Say:
    """Let pictures say what `rewrite` makes of what they say, without new numbers; it also gives the tally."""

    def say(_read: Read, pictures: Sequence[Picture]) -> list[Said]:
        told = []
        for picture in pictures:
            before = parse(picture.content)
            after, tally = rewrite(before)
            told.append(said(picture, before, after, picture.numbers, tally=tally))
        return told

    return say


def said(
    picture: Picture, before: Document, after: Document, numbers: Numbers, *, tally: int = 0
) -> Said:
    """What a picture says after a change; its document stands if that changed nothing."""
    document = picture.before if after == before else speaking(after)
    return Said(picture.data_key, document, numbers, tally)


def speaking(document: Document) -> NewDocument | None:
    """A document to store; an empty one is no pointer."""
    return NewDocument.of(document) if document.annotations else None


class Writer:
    """Settles what pictures shall say. What it wrote is taken back unless the switch fulfils it; if this
    process is killed, by the next one or when the run has ended.
    """

    def __init__(self, operation: Operation, plan: Plan, say: Say) -> None:
        self._operation, self._plan, self._say = operation, plan, say
        self._checkpoints = Checkpoints(operation)

    def write(self) -> None:
        """Settle all pictures that are open."""
        with self._plan.read() as read:
            total = planned.count_open(read)
        done = last = 0
        with self._operation.db.connection(is_awaited=False) as connection:
            while done < total:
                with self._plan.read() as read:
                    pictures = planned.open_pictures(read, last, AT_ONCE)
                    said = self._say(read, pictures)
                settled = self._store(said, connection)
                with self._plan.read() as read:
                    planned.settle(read, settled)
                done, last = done + len(pictures), pictures[-1].data_key
                self._operation.progress(done, total, "pictures")

    def _store(self, said: list[Said], connection: Connection) -> list[Settled]:
        with self._operation.db.transaction(on=connection) as tx:
            return self._settled(tx, said)

    def _settled(self, tx: Transaction, said: list[Said]) -> list[Settled]:
        new = [one.document for one in said if isinstance(one.document, NewDocument)]
        written = documents.add_many(tx, self._operation.organization_id, new)
        keys = iter(written)
        settled = []
        for one in said:
            after = one.document
            if isinstance(after, NewDocument):
                after = next(keys)
            settled.append(Settled(one.data_key, after, one.numbers, one.tally))
        if written:
            self._checkpoints.add(tx, DOCUMENTS, document_keys=written)
        return settled

    def write_in(self, tx: Transaction) -> None:
        """The same for the few that others changed meanwhile, inside the transaction that does it all."""
        last = 0
        while pictures := planned.open_pictures(tx, last, AT_ONCE):
            planned.settle(tx, self._settled(tx, self._say(tx, pictures)))
            last = pictures[-1].data_key

    def fulfil(self, tx: Transaction) -> None:
        """Something points to the documents with this transaction."""
        self._checkpoints.fulfil(tx)

    def __enter__(self) -> Self:
        self._checkpoints.__enter__()
        if self._checkpoints.found:  # a plan dies with its process, so all is written anew
            self._checkpoints.take_back()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._checkpoints.__exit__(kind, error, trace)


@dataclass(frozen=True, slots=True)
class Switch:
    """The transaction that does it all, with the version open to write alone."""

    tx: Transaction
    version: Version
    change_set: ChangeSet


Opening = Callable[[Transaction], Version]


def target_of(operation: Operation) -> Opening:
    """Opens the version that the job is about."""
    return lambda tx: operation.open(tx, operation.target_id)


def open_unmoved(operation: Operation, before: Version, tx: Transaction) -> Version:
    """The job's version, opened. Raises Moved if its labels are not what they were."""
    version = operation.open(tx, before.version_id)
    if version.labels_key != before.labels_key:
        raise Moved("Labels of the version were changed meanwhile.")
    return version


def new_version(operation: Operation, beside: Version, name: str) -> Opening:
    """Makes a version of that name from `beside`, and opens it. It is there only if all is done."""

    def make(tx: Transaction) -> Version:
        operation.hold(tx)
        operation.check_rights(tx)
        return versions.add(
            tx,
            operation.organization_id,
            beside.dataset_id,
            name.strip(),
            by=operation.author,
            type=beside.type,
            forked_from=beside.version_id,
        )

    return make


@contextmanager
def switch(
    operation: Operation,
    plan: Plan,
    opening: Opening,
    writer: Writer | None = None,
    *,
    add: bool = False,
) -> Iterator[Switch]:
    """Do what is planned for a version, in one transaction; what others changed meanwhile is settled anew.

    Not `add`: pictures that were taken out meanwhile stay out. Raises Locked, Denied, AlreadyEnded, NotFound,
    and changes nothing then.
    """
    with operation.section("Switch the version"), operation.last_step(), plan.transaction() as tx:
        version = opening(tx)
        if planned.refresh(tx, version, add=add) and writer is not None:
            writer.write_in(tx)
        change_set = changes.open_set(
            tx, operation.organization_id, version.version_key, operation.author, changes.ASSETS
        )
        yield Switch(tx, version, change_set)
        operation.announce(tx, version)
        if writer is not None:
            writer.fulfil(tx)


# --- choosing -----------------------------------------------------------------------------------------


def chosen_keys(operation: Operation, read: Read) -> list[int] | None:
    """Keys of the assets that were chosen one by one; None if they were not."""
    chosen = operation.chosen
    return None if chosen is None else packed(read).keys(chosen, Kind.ASSET)


def plan_for(
    operation: Operation,
    plan: Plan,
    pictures: Pictures,
    *,
    tags: Sequence[str] = (),
    data_tags: Sequence[str] = (),
    is_settled: bool = True,
) -> Version:
    """Plan for the chosen pictures of the job's version (of those that have one of the `tags`, or whose data
    have one of the `data_tags`); the version as it was then. Raises Invalid if there is none.
    """
    with operation.section("Choose pictures"):
        with plan.read() as read:
            planned.clear(read)
            version = versions.get(read, operation.organization_id, operation.target_id)
            wanted = choose(read, version, pictures)
            if tags:
                wanted = replace(wanted, tags=(*wanted.tags, frozenset(tags)))
            if data_tags:
                of_data = replace(wanted.data, tags=(*wanted.data.tags, frozenset(data_tags)))
                wanted = replace(wanted, data=of_data)
            keys = chosen_keys(operation, read)
            found = planned.choose(read, version, wanted, keys, is_settled=is_settled)
        operation.say(f"{number(found, 'picture')} of {version.asset_count:,}")
        check_some(found, version)
    return version


def check_some(found: int, version: Version) -> None:
    """Raises Invalid if nothing was found."""
    if not found:
        raise Invalid(
            f"No picture of {version.dataset_name}/{version.name} is what was asked for. "
            "Nothing was changed."
        )
